using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Canario.Kubernetes.Work;

/// <summary>
/// Keys that need work, after client-go's work queue. A key is never with two workers at once; added while with one, it comes again after
/// <see cref="Done"/>; added twice while it waits, it comes once. Safe for concurrent use.
/// </summary>
public sealed class WorkQueue<TKey> : IDisposable where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly WorkQueueOptions _options;
    private readonly TimeProvider _time;
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly HashSet<TKey> _dirty = [];
    private readonly HashSet<TKey> _working = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Dictionary<TKey, long> _due = [];
    private readonly PriorityQueue<TKey, long> _later = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;
    private bool _shutDown;

    public WorkQueue(WorkQueueOptions? options = null, TimeProvider? time = null)
    {
        _options = options ?? new WorkQueueOptions();
        _time = time ?? TimeProvider.System;
        _timer = _time.CreateTimer(_ => MoveDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys ready for a worker.</summary>
    public int Count => _ready.Reader.Count;

    /// <summary>Keys that wait for their time.</summary>
    public int Delayed
    {
        get
        {
            lock (_lock)
            {
                return _due.Count;
            }
        }
    }

    /// <summary>Now, or as soon as the worker that has the key is done with it.</summary>
    public void Add(TKey key)
    {
        lock (_lock)
        {
            AddLocked(key);
        }
    }

    /// <summary>After a delay. Of several delays of one key the earliest end counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (_lock)
        {
            if (_shutDown)
            {
                return;
            }
            if (delay <= TimeSpan.Zero)
            {
                AddLocked(key);
                return;
            }
            var due = _time.GetUtcNow().UtcTicks + delay.Ticks;
            if (_due.TryGetValue(key, out var known) && known <= due)
            {
                return;
            }
            _due[key] = due;
            // An entry that this one replaces stays in the heap and is skipped when it comes up: it is no longer what _due says.
            _later.Enqueue(key, due);
            Arm();
        }
    }

    /// <summary>After the key's back-off, which grows until <see cref="Forget"/>. Returns the wait.</summary>
    public TimeSpan AddWithBackoff(TKey key)
    {
        TimeSpan wait;
        lock (_lock)
        {
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            wait = Backoff.For(_options.FirstBackoff, _options.LongestBackoff, failures);
        }
        AddAfter(key, wait);
        return wait;
    }

    /// <summary>The key's work succeeded, or is over: its next failure waits for the first back-off again.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
        {
            _failures.Remove(key);
        }
    }

    public int Failures(TKey key)
    {
        lock (_lock)
        {
            return _failures.GetValueOrDefault(key);
        }
    }

    /// <summary>The next key, or <c>Found</c> false when the queue is shut down and empty. Every key taken must be given to <see cref="Done"/>.</summary>
    public async ValueTask<(bool Found, TKey? Key)> TakeAsync(CancellationToken cancellationToken)
    {
        while (await _ready.Reader.WaitToReadAsync(cancellationToken))
        {
            if (TryTake(out var key))
            {
                return (true, key);
            }
        }
        return (false, default);
    }

    public bool TryTake([MaybeNullWhen(false)] out TKey key)
    {
        lock (_lock)
        {
            if (!_ready.Reader.TryRead(out key))
            {
                return false;
            }
            _working.Add(key);
            _dirty.Remove(key);
            return true;
        }
    }

    public void Done(TKey key)
    {
        lock (_lock)
        {
            _working.Remove(key);
            if (_dirty.Contains(key))
            {
                // Refused after a shutdown: work that came in late is another leader's.
                _ready.Writer.TryWrite(key);
            }
            CheckDrained();
        }
    }

    /// <summary>Nothing is added any more and delayed keys are dropped; what is ready is still given out.</summary>
    public void ShutDown()
    {
        lock (_lock)
        {
            _shutDown = true;
            _ready.Writer.TryComplete();
            _due.Clear();
            _later.Clear();
            CheckDrained();
        }
    }

    /// <summary>Shuts down and waits until every worker is done and nothing is left.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        ShutDown();
        return _drained.Task.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        ShutDown();
        _timer.Dispose();
    }

    private void AddLocked(TKey key)
    {
        if (!_shutDown && _dirty.Add(key) && !_working.Contains(key))
        {
            _ready.Writer.TryWrite(key);
        }
    }

    private void MoveDue()
    {
        lock (_lock)
        {
            _armedFor = long.MaxValue;
            var now = _time.GetUtcNow().UtcTicks;
            while (_later.TryPeek(out var key, out var due) && due <= now)
            {
                _later.Dequeue();
                if (_due.TryGetValue(key, out var wanted) && wanted == due)
                {
                    _due.Remove(key);
                    AddLocked(key);
                }
            }
            Arm();
        }
    }

    private void Arm()
    {
        if (!_later.TryPeek(out _, out var due) || due >= _armedFor)
        {
            return;
        }
        _armedFor = due;
        var wait = TimeSpan.FromTicks(Math.Max(0, due - _time.GetUtcNow().UtcTicks));
        // Timers count whole milliseconds and must not fire early, or the key would be found not due yet.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue)), Timeout.InfiniteTimeSpan);
    }

    private void CheckDrained()
    {
        if (_shutDown && _working.Count == 0 && _ready.Reader.Count == 0)
        {
            _drained.TrySetResult();
        }
    }
}
