using Canario.Kubernetes.Work;

namespace Canario.Kubernetes.Tests;

public sealed class WorkQueueTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly WorkQueue<string> _queue;

    public WorkQueueTests() => _queue = new WorkQueue<string>(new WorkQueueOptions { FirstBackoff = TimeSpan.FromSeconds(1), LongestBackoff = TimeSpan.FromSeconds(10) }, _time);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void A_key_added_twice_while_it_waits_comes_once()
    {
        _queue.Add("a");
        _queue.Add("b");
        _queue.Add("a");
        Assert.Equal(["a", "b"], TakeAll());
    }

    [Fact]
    public void A_key_added_while_a_worker_has_it_comes_again_only_after_done()
    {
        _queue.Add("a");
        Assert.True(_queue.TryTake(out _));
        _queue.Add("a");
        _queue.Add("a");
        Assert.False(_queue.TryTake(out _));
        _queue.Done("a");
        Assert.Equal(["a"], TakeAll());
        _queue.Done("a");
        Assert.Empty(TakeAll());
    }

    [Fact]
    public void Of_two_delays_of_a_key_the_earlier_end_counts_whichever_came_first()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(5));
        _queue.AddAfter("a", TimeSpan.FromSeconds(2));
        _queue.AddAfter("b", TimeSpan.FromSeconds(2));
        _queue.AddAfter("b", TimeSpan.FromSeconds(5));
        Assert.Equal(2, _queue.Delayed);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Empty(TakeAll());
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(["a", "b"], TakeAll().Order());
        _queue.Done("a");
        _queue.Done("b");
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(TakeAll());
    }

    [Fact]
    public void Back_off_doubles_up_to_the_longest_and_starts_anew_after_forget()
    {
        var waits = Enumerable.Range(0, 6).Select(_ => _queue.AddWithBackoff("a").TotalSeconds).ToList();
        Assert.Equal([1, 2, 4, 8, 10, 10], waits);
        Assert.Equal(6, _queue.Failures("a"));
        _queue.Forget("a");
        Assert.Equal(TimeSpan.FromSeconds(1), _queue.AddWithBackoff("a"));
    }

    [Fact]
    public async Task A_worker_that_waits_gets_the_key_when_its_time_comes()
    {
        _queue.AddAfter("a", TimeSpan.FromMinutes(1));
        var taken = _queue.TakeAsync(CancellationToken.None).AsTask();
        Assert.False(taken.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((true, "a"), await taken.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Shut_down_gives_out_what_is_ready_refuses_new_keys_and_drains_when_workers_are_done()
    {
        _queue.Add("a");
        _queue.AddAfter("late", TimeSpan.FromSeconds(1));
        var drained = _queue.DrainAsync(CancellationToken.None);
        _queue.Add("b");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((true, "a"), await _queue.TakeAsync(CancellationToken.None));
        Assert.Equal((false, null), await _queue.TakeAsync(CancellationToken.None));
        Assert.False(drained.IsCompleted);
        _queue.Done("a");
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Under_many_workers_no_key_is_worked_on_twice_at_once_and_no_add_is_lost()
    {
        using var queue = new WorkQueue<int>();
        const int Keys = 20;
        const int Adds = 20_000;
        var busy = new int[Keys];
        var seen = new long[Keys];
        var wanted = new long[Keys];
        var overlaps = 0;
        var workers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (await queue.TakeAsync(CancellationToken.None) is (true, var key))
            {
                if (Interlocked.Increment(ref busy[key]) != 1)
                {
                    Interlocked.Increment(ref overlaps);
                }
                Volatile.Write(ref seen[key], Volatile.Read(ref wanted[key]));
                await Task.Yield();
                Interlocked.Decrement(ref busy[key]);
                queue.Done(key);
            }
        })).ToList();
        for (var i = 0; i < Adds; i++)
        {
            Interlocked.Increment(ref wanted[i % Keys]);
            queue.Add(i % Keys);
        }
        await Wait.ForAsync(() => seen.SequenceEqual(wanted), "every key's last add was seen");
        await queue.DrainAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        await Task.WhenAll(workers);
        Assert.Equal(0, overlaps);
    }

    private List<string> TakeAll()
    {
        var taken = new List<string>();
        while (_queue.TryTake(out var key))
        {
            taken.Add(key);
        }
        return taken;
    }
}
