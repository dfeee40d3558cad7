using System.Net;
using System.Text.Json;
using Canario.Kubernetes.Models;
using Canario.Router.Configuration;

namespace Canario.Router.Tests;

public sealed class SliceReaderTests
{
    [Theory]
    [InlineData("v1", "\"zone\":\"a\",\"nodeName\":\"n\"")]
    [InlineData("v1beta1", "\"topology\":{\"kubernetes.io/hostname\":\"n\"}")]
    public void Both_versions_give_the_endpoints_with_their_ports_by_name_and_mark_those_that_are_not_ready(string version, string place)
    {
        var found = Read($$$"""
            {"apiVersion":"discovery.k8s.io/{{{version}}}","kind":"EndpointSlice","metadata":{"name":"s-1","labels":{"kubernetes.io/service-name":"s"}},"addressType":"IPv4",
            "ports":[{"name":"http","port":8080,"protocol":"TCP"},{"name":"grpc","port":8081},{"name":"metrics","port":9090}],
            "endpoints":[
            {"addresses":["10.0.0.1"],"conditions":{"ready":true},{{{place}}}},
            {"addresses":["10.0.0.2"],"conditions":{"ready":false},{{{place}}}},
            {"addresses":["10.0.0.3"],"conditions":{"ready":true,"serving":true,"terminating":true},{{{place}}}},
            {"addresses":["10.0.0.4"],{{{place}}}},
            {"addresses":["10.0.0.5"],"conditions":{"ready":false,"serving":false,"terminating":true},{{{place}}}},
            {"addresses":["no address"],{{{place}}}},
            {"addresses":[]}]}
            """);
        Assert.Equal(
            [Endpoint("10.0.0.1"), Endpoint("10.0.0.2") with { Ready = false }, Endpoint("10.0.0.3") with { Ready = false }, Endpoint("10.0.0.4")],
            found.OrderBy(e => e.Address.ToString()));

        static EndpointAddress Endpoint(string address) => new(IPAddress.Parse(address), 8080, 8081);
    }

    [Fact]
    public void A_pod_in_two_slices_is_one_endpoint_with_the_ports_of_both()
    {
        const string Slice = """{"metadata":{"name":"NAME"},"addressType":"IPv4","ports":[{"name":"NAME","port":80}],"endpoints":[{"addresses":["10.0.0.1"]}]}""";
        var found = Read(Slice.Replace("NAME", "http", StringComparison.Ordinal), Slice.Replace("NAME", "grpc", StringComparison.Ordinal));
        Assert.Equal([new EndpointAddress(IPAddress.Parse("10.0.0.1"), 80, 80)], found);
    }

    [Fact]
    public void Slices_without_endpoints_ports_or_conditions_are_none() => Assert.Empty(Read("""{"metadata":{"name":"a"},"addressType":"IPv4","endpoints":null,"ports":null}"""));

    private static IReadOnlyList<EndpointAddress> Read(params string[] slices) =>
        SliceReader.Read(slices.Select(s => JsonSerializer.Deserialize(s, KubernetesJson.Default.EndpointSlice)!));
}
