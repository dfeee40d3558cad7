using Canario.Kubernetes.Events;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Tests;

[Collection(ClusterGroup.Name)]
public sealed class EventRecorderTests(ClusterFixture cluster)
{
    [Fact]
    public async Task The_same_event_is_counted_and_many_similar_ones_share_one()
    {
        var ns = await cluster.NewNamespaceAsync();
        var about = await cluster.Client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default);
        var recorder = new EventRecorder(cluster.Client, new EventRecorderOptions { Component = "test", Similar = 3 });
        await using (new Running(recorder.RunAsync))
        {
            for (var i = 0; i < 4; i++)
            {
                recorder.Publish(Resources.ConfigMaps, about, EventType.Warning, "Same", "again");
            }
            for (var i = 0; i < 6; i++)
            {
                recorder.Publish(Resources.ConfigMaps, about, EventType.Normal, "Step", $"message {i}");
            }
            await EventuallyAsync(ns, events => events.Sum(e => e.Count) == 10);
        }
        var all = (await cluster.Client.ListAsync(Resources.Events, ns, null, default)).Items;
        var same = Assert.Single(all, e => e.Reason == "Same");
        Assert.Equal(4, same.Count);
        Assert.Equal("Warning", same.Type);
        Assert.Equal(about.Metadata.Uid, same.InvolvedObject!.Uid);
        Assert.Equal(4, all.Count(e => e.Reason == "Step"));
        var combined = Assert.Single(all, e => e.Message!.StartsWith("(combined", StringComparison.Ordinal));
        Assert.Equal(3, combined.Count);
        Assert.EndsWith("message 5", combined.Message, StringComparison.Ordinal);
        Assert.Equal(0, recorder.Dropped);
    }

    [Fact]
    public async Task An_event_that_expired_at_the_server_is_made_anew()
    {
        var ns = await cluster.NewNamespaceAsync();
        var about = await cluster.Client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default);
        var recorder = new EventRecorder(cluster.Client, new EventRecorderOptions { Component = "test" });
        await using var running = new Running(recorder.RunAsync);
        recorder.Publish(Resources.ConfigMaps, about, EventType.Normal, "Same", "again");
        var first = (await EventuallyAsync(ns, events => events.Count == 1))[0];
        await cluster.Client.DeleteAsync(Resources.Events, ns, first.Metadata.Name!, null, default);
        recorder.Publish(Resources.ConfigMaps, about, EventType.Normal, "Same", "again");
        var second = (await EventuallyAsync(ns, events => events.Count == 1))[0];
        Assert.NotEqual(first.Metadata.Uid, second.Metadata.Uid);
    }

    [Fact]
    public async Task What_happens_too_fast_is_dropped_and_counted_and_never_waits()
    {
        var recorder = new EventRecorder(cluster.Client, new EventRecorderOptions { Component = "test", Waiting = 2 });
        for (var i = 0; i < 5; i++)
        {
            recorder.Publish(new ObjectReference { Name = "a", Namespace = "default" }, EventType.Normal, "Fast", "m");
        }
        Assert.Equal(3, recorder.Dropped);
        await Task.CompletedTask;
    }

    private async Task<List<Event>> EventuallyAsync(string ns, Func<List<Event>, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var events = (await cluster.Client.ListAsync(Resources.Events, ns, null, limit.Token)).Items;
            if (condition(events))
            {
                return events;
            }
            await Task.Delay(20, limit.Token);
        }
    }
}
