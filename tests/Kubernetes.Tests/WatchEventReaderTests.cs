using System.Text;
using Canario.Kubernetes.Http;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Tests;

public sealed class WatchEventReaderTests
{
    [Fact]
    public void An_event_is_read_and_members_nobody_modelled_are_skipped()
    {
        var read = Read("""{"type":"MODIFIED","extra":[1],"object":{"metadata":{"name":"a","managedFields":[{"x":1}]},"data":{"k":"v"}}}""");
        Assert.Equal(WatchEventType.Modified, read.Type);
        Assert.Equal("v", read.Value.Data!["k"]);
    }

    [Theory]
    [InlineData("""{"type":"ERROR","object":{"status":"Failure","reason":"Expired","code":410}}""", KubernetesError.Gone)]
    [InlineData("""{"type":"ERROR","object":{"status":"Failure","code":500}}""", KubernetesError.Unavailable)]
    [InlineData("""{"type":"WHAT","object":{}}""", KubernetesError.Other)]
    [InlineData("""{"type":"ADDED"}""", KubernetesError.Other)]
    [InlineData("""{"type":"ADDED","object":null}""", KubernetesError.Other)]
    [InlineData("""{"type":"ADDED","object":{"metadata":""", KubernetesError.Other)]
    [InlineData("null", KubernetesError.Other)]
    public void What_is_no_event_is_a_typed_error(string line, KubernetesError expected) =>
        Assert.Equal(expected, Assert.Throws<KubernetesException>(() => Read(line)).Error);

    private static WatchEvent<ConfigMap> Read(string line) => WatchEventReader.Read(Encoding.UTF8.GetBytes(line), KubernetesJson.Default.ConfigMap, "test");
}
