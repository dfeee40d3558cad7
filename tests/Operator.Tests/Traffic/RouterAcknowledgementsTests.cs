using System.Collections.Concurrent;
using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Operator.Traffic.Routers;
using Microsoft.AspNetCore.Http;

namespace Canario.Operator.Tests.Traffic;

public sealed class RouterAcknowledgementsTests : IDisposable
{
    private static readonly ObjectKey s_model = new("ns", "iris");
    private readonly HttpClient _http = new();
    private readonly ConcurrentQueue<string> _asked = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_version_is_in_force_when_every_router_serves_it_and_is_then_not_asked_for_again()
    {
        var second = "v1";
        await using var a = await RouterAsync(() => "v2");
        await using var b = await RouterAsync(() => second);
        var acknowledgements = new RouterAcknowledgements(_http, TimeProvider.System);
        RouterEndpoint[] routers = [new("a", a.Address), new("b", b.Address)];

        Assert.False(await acknowledgements.ServeAsync(s_model, "v2", routers, default));
        second = "v2";
        Assert.True(await acknowledgements.ServeAsync(s_model, "v2", routers, default));
        Assert.Equal(3, _asked.Count);
        Assert.True(await acknowledgements.ServeAsync(s_model, "v2", routers, default));
        Assert.Equal(3, _asked.Count);

        Assert.False(await acknowledgements.ServeAsync(s_model, "v3", routers, default));
        Assert.False(await acknowledgements.ServeAsync(s_model, "v2", [.. routers, new("c", new Uri("http://127.0.0.1:1"))], default));
    }

    [Fact]
    public async Task Without_a_router_nothing_is_in_force() =>
        Assert.False(await new RouterAcknowledgements(_http, TimeProvider.System).ServeAsync(s_model, "v", [], default));

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"versions\":")]
    [InlineData("{\"versions\":{\"other\":\"v\"}}")]
    public async Task Nonsense_acknowledges_nothing(string answer)
    {
        await using var router = await LoopbackServer.StartAsync(context => context.Response.WriteAsync(answer));

        Assert.False(await new RouterAcknowledgements(_http, TimeProvider.System).ServeAsync(s_model, "v", [new("a", router.Address)], default));
    }

    private Task<LoopbackServer> RouterAsync(Func<string> version) => LoopbackServer.StartAsync(context =>
    {
        _asked.Enqueue(context.Request.Path);
        var answer = new RouterAcknowledgement(new Dictionary<string, string> { [s_model.Name] = version() });
        return context.Response.WriteAsync(JsonSerializer.Serialize(answer, ContractJson.Default.RouterAcknowledgement));
    });
}
