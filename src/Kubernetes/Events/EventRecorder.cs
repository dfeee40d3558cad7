using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Canario.Kubernetes.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.Kubernetes.Events;

/// <summary>Reports what happened to objects, for <c>kubectl describe</c>. Publishing never waits and never fails: an event that cannot be written is dropped and counted. The same event again raises the count of the first.</summary>
public sealed class EventRecorder
{
    // Limits of the API.
    private const int LongestMessage = 1024;
    private const int LongestName = 253;
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(2);
    private readonly KubernetesClient _client;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<PendingEvent> _waiting;
    private readonly RecentEvents<Event> _written;
    private readonly RecentEvents<SimilarMessages> _similar;
    private long _dropped;
    private long _sequence;

    public EventRecorder(KubernetesClient client, EventRecorderOptions options, TimeProvider? time = null, ILogger? logger = null)
    {
        _client = client;
        _options = options;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _waiting = Channel.CreateBounded<PendingEvent>(new BoundedChannelOptions(options.Waiting) { SingleReader = true });
        _written = new RecentEvents<Event>(options.Remembered);
        _similar = new RecentEvents<SimilarMessages>(options.Remembered);
    }

    public long Dropped => Interlocked.Read(ref _dropped);

    /// <param name="about">The object, with its uid.</param>
    /// <param name="reason">PascalCase.</param>
    /// <param name="message">For people; cut at 1024 characters.</param>
    public void Publish(ObjectReference about, EventType type, string reason, string message)
    {
        var text = message.Length <= LongestMessage ? message : string.Concat(message.AsSpan(0, LongestMessage - 1), "…");
        if (!_waiting.Writer.TryWrite(new PendingEvent(about, type, reason, text, _time.GetUtcNow())))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    public void Publish<T>(ResourceType<T> kind, T about, EventType type, string reason, string message) where T : class, IKubernetesObject =>
        Publish(
            new ObjectReference
            {
                ApiVersion = kind.ApiVersion,
                Kind = kind.Kind,
                Namespace = about.Metadata.Namespace,
                Name = about.Metadata.Name,
                Uid = about.Metadata.Uid,
                ResourceVersion = about.Metadata.ResourceVersion,
            },
            type,
            reason,
            message);

    /// <summary>Writes what is published until cancelled, then what is still waiting, for up to two seconds.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Not the caller's token: a write under way at the stop may already be stored, and cutting it off would count it as dropped.
        using var end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        await using var stopping = cancellationToken.Register(() => end.CancelAfter(LongestDrain));
        try
        {
            await foreach (var pending in _waiting.Reader.ReadAllAsync(cancellationToken))
            {
                await WriteAsync(pending, end.Token);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        while (!end.IsCancellationRequested && _waiting.Reader.TryRead(out var pending))
        {
            await WriteAsync(pending, end.Token);
        }
    }

    private async Task WriteAsync(PendingEvent pending, CancellationToken cancellationToken)
    {
        try
        {
            var about = pending.About;
            var group = new EventKey(about.Uid, about.Kind, about.Namespace, about.Name, pending.Type, pending.Reason, null);
            var combined = Similar(group, pending);
            var key = combined ? group : group with { Message = pending.Message };
            var message = combined ? $"(combined from similar events): {pending.Message}" : pending.Message;
            if (_written.Find(key) is { } known && await TryCountAsync(known, message, pending.At, cancellationToken) is { } counted)
            {
                _written.Set(key, counted);
                return;
            }
            _written.Set(key, await _client.CreateAsync(Resources.Events, Build(pending, message), cancellationToken));
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            Interlocked.Increment(ref _dropped);
            Log.EventDropped(_logger, pending.Reason, pending.About.Namespace, pending.About.Name, e.Message);
        }
    }

    /// <summary>True when an object's reason has come with so many different messages lately that they share one event.</summary>
    private bool Similar(EventKey group, PendingEvent pending)
    {
        var seen = _similar.Find(group);
        if (seen is null || pending.At - seen.Last > _options.SimilarWithin)
        {
            seen = new SimilarMessages();
            _similar.Set(group, seen);
        }
        seen.Last = pending.At;
        if (seen.Messages.Count < _options.Similar)
        {
            seen.Messages.Add(pending.Message);
        }
        return seen.Messages.Count >= _options.Similar && !seen.Messages.Contains(pending.Message);
    }

    /// <summary>Null when the event has expired at the server.</summary>
    private async Task<Event?> TryCountAsync(Event known, string message, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var patch = new Event { Count = (known.Count ?? 1) + 1, LastTimestamp = at, Message = message };
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(patch, KubernetesJson.Default.Event);
            return await _client.MergePatchAsync(Resources.Events, known.Metadata.Namespace, known.Metadata.Name!, body, cancellationToken);
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.NotFound)
        {
            return null;
        }
    }

    private Event Build(PendingEvent pending, string message)
    {
        var name = pending.About.Name ?? "";
        // Unlike any other event's of this object, from this process or another.
        var suffix = string.Create(CultureInfo.InvariantCulture, $".{pending.At.UtcTicks:x}{Interlocked.Increment(ref _sequence) & 0xfff:x3}");
        return new Event
        {
            Metadata = new ObjectMeta
            {
                Name = string.Concat(name.AsSpan(0, Math.Min(name.Length, LongestName - suffix.Length)), suffix),
                Namespace = pending.About.Namespace is { Length: > 0 } ns ? ns : "default",
            },
            InvolvedObject = pending.About,
            Type = pending.Type.ToString(),
            Reason = pending.Reason,
            Message = message,
            FirstTimestamp = pending.At,
            LastTimestamp = pending.At,
            Count = 1,
            Source = new EventSource { Component = _options.Component },
            ReportingComponent = _options.Component,
            ReportingInstance = _options.Instance,
        };
    }

    private sealed class SimilarMessages
    {
        public HashSet<string> Messages { get; } = new(StringComparer.Ordinal);

        public DateTimeOffset Last { get; set; }
    }
}
