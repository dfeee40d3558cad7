using Canario.Kubernetes.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.Kubernetes.Caching;

/// <summary>Keeps a <see cref="Cache{T}"/> equal to the server's state: lists, then watches, resumes where a watch ended, and lists again when the server has forgotten that point.</summary>
public sealed class Reflector<T> where T : class, IKubernetesObject
{
    private readonly KubernetesClient _client;
    private readonly ResourceType<T> _type;
    private readonly ReflectorOptions<T> _options;
    private readonly ListOptions _list;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private string? _version;
    private long _lists;
    private long _watches;

    public Reflector(KubernetesClient client, ResourceType<T> type, Cache<T> cache, ReflectorOptions<T>? options = null, TimeProvider? time = null, ILogger? logger = null)
    {
        _client = client;
        _type = type;
        Cache = cache;
        _options = options ?? new ReflectorOptions<T>();
        _list = new ListOptions { LabelSelector = _options.LabelSelector, FieldSelector = _options.FieldSelector, PageSize = _options.PageSize };
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _backoff = new Backoff(_options.FirstBackoff, _options.LongestBackoff);
    }

    public Cache<T> Cache { get; }

    /// <summary>Where the next watch starts; null: after a list. Set by tests only.</summary>
    internal string? Version
    {
        get => _version;
        init => _version = value;
    }

    /// <summary>Complete lists so far.</summary>
    public long Lists => Interlocked.Read(ref _lists);

    /// <summary>Watches begun so far.</summary>
    public long Watches => Interlocked.Read(ref _watches);

    /// <summary>Runs until cancelled; failures are retried for ever, since the server may come back at any time.</summary>
    /// <exception cref="OperationCanceledException">Always, in the end.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = _time.GetTimestamp();
            try
            {
                _version ??= await ListAsync(cancellationToken);
                var events = await WatchAsync(_version, cancellationToken);
                // A server that ends watches at once (its cache warming up, say) must not be asked in a tight loop.
                if (events > 0 || _time.GetElapsedTime(started) > TimeSpan.FromSeconds(1))
                {
                    _backoff.Reset();
                    continue;
                }
            }
            catch (KubernetesException e) when (e.Error == KubernetesError.Gone)
            {
                Log.ListingAgain(_logger, _type.Kind, e.Message);
                _version = null;
            }
            catch (KubernetesException e)
            {
                Log.WatchFailed(_logger, _type.Kind, e.Message);
                // Forbidden, not found and the like: whatever was listed may no longer be true when it works again.
                if (e.Error != KubernetesError.Unavailable && e.Error != KubernetesError.TooManyRequests)
                {
                    _version = null;
                }
            }
            await Task.Delay(_backoff.Next(), _time, cancellationToken);
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var values = new List<T>();
        string? next = null;
        string version;
        do
        {
            var page = await _client.ListPageAsync(_type, _options.Namespace, _list, next, cancellationToken);
            values.EnsureCapacity(values.Count + page.Items.Count);
            foreach (var item in page.Items)
            {
                values.Add(Prepare(item));
            }
            version = page.Metadata.ResourceVersion ?? "";
            next = page.Metadata.Continue;
        }
        while (next is { Length: > 0 });
        Cache.Replace(values);
        Interlocked.Increment(ref _lists);
        return version;
    }

    private async Task<int> WatchAsync(string version, CancellationToken cancellationToken)
    {
        var events = 0;
        Interlocked.Increment(ref _watches);
        await foreach (var change in _client.WatchAsync(_type, _options.Namespace, version, _list, cancellationToken))
        {
            switch (change.Type)
            {
                case WatchEventType.Added or WatchEventType.Modified:
                    Cache.Upsert(Prepare(change.Value));
                    break;
                case WatchEventType.Deleted:
                    Cache.Remove(change.Value);
                    break;
            }
            if (change.Value.Metadata.ResourceVersion is { Length: > 0 } reached)
            {
                _version = reached;
            }
            if (events++ == 0)
            {
                _backoff.Reset();
            }
        }
        return events;
    }

    private T Prepare(T value) => _options.Transform is { } transform ? transform(value) : value;
}
