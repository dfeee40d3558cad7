using System.Text;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Tests.Traffic;

/// <summary>Answers for HTTPRoutes as a gateway's controller does, and moves no traffic: there is no implementation of the Gateway API here.</summary>
internal sealed class GatewayPlayer : IAsyncDisposable
{
    private readonly KubernetesClient _client;
    private readonly string _namespace;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _playing;
    private volatile bool _refuses;

    public GatewayPlayer(KubernetesClient client, string ns)
    {
        _client = client;
        _namespace = ns;
        _playing = PlayAsync();
    }

    /// <summary>From the next generation of a route on.</summary>
    public bool Refuses
    {
        get => _refuses;
        set => _refuses = value;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _playing;
        }
        catch (OperationCanceledException)
        {
        }

        _stop.Dispose();
    }

    private async Task PlayAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                foreach (var route in (await _client.ListAsync(Resources.HttpRoutes, _namespace, null, _stop.Token)).Items.Where(r => !HasAnswer(r)))
                    await AnswerAsync(route);
            }
            catch (KubernetesException e) when (e.Error is KubernetesError.NotFound or KubernetesError.Conflict)
            {
                // Not installed, gone meanwhile, or overtaken.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, _stop.Token);
        }
    }

    private bool HasAnswer(HttpRoute route) => route.Status?.Parents is [{ Conditions: [var first, ..] }] && first.ObservedGeneration == route.Metadata.Generation && (first.Status == "False") == _refuses;

    private Task AnswerAsync(HttpRoute route)
    {
        var parent = route.Spec!.Value.GetProperty("parentRefs")[0].GetRawText();
        var accepted = Condition("Accepted", _refuses ? "False" : "True", _refuses ? "NotAllowedByListeners" : "Accepted", _refuses ? "the listener takes no routes of this namespace" : "served");
        var json = $$$$"""
            {"status":{"parents":[{"parentRef":{{{{parent}}}},"controllerName":"example.com/player","conditions":[{{{{accepted}}}},{{{{Condition("ResolvedRefs", "True", "ResolvedRefs", "all there")}}}}]}]}}
            """;
        return _client.MergePatchAsync(Resources.HttpRoutes, _namespace, route.Metadata.Name!, Encoding.UTF8.GetBytes(json), _stop.Token, "status");

        string Condition(string type, string status, string reason, string message) =>
            $$$$"""{"type":"{{{{type}}}}","status":"{{{{status}}}}","reason":"{{{{reason}}}}","message":"{{{{message}}}}","observedGeneration":{{{{route.Metadata.Generation}}}},"lastTransitionTime":"2026-01-01T00:00:00Z"}""";
    }
}
