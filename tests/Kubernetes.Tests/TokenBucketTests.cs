using Canario.Kubernetes.Http;

namespace Canario.Kubernetes.Tests;

public sealed class TokenBucketTests
{
    [Fact]
    public async Task A_burst_passes_at_once_and_the_rest_at_the_rate()
    {
        var time = new ManualTime();
        var bucket = new TokenBucket(10, 2, time);
        Assert.True(bucket.TakeAsync(default).AsTask().IsCompleted);
        Assert.True(bucket.TakeAsync(default).AsTask().IsCompleted);
        var third = bucket.TakeAsync(default).AsTask();
        var fourth = bucket.TakeAsync(default).AsTask();
        time.Advance(TimeSpan.FromSeconds(0.1));
        await third.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(fourth.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await fourth.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_rate_of_zero_is_no_limit()
    {
        var bucket = new TokenBucket(0, 1, new ManualTime());
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(bucket.TakeAsync(default).AsTask().IsCompleted));
    }
}
