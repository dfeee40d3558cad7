namespace Canario.Kubernetes.Tests;

/// <summary>Waits for a condition, long enough for a loaded machine.</summary>
internal static class Wait
{
    public static async Task ForAsync(Func<bool> condition, string what, int seconds = 60)
    {
        var until = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(until) < TimeSpan.FromSeconds(seconds), $"Not within {seconds} s: {what}");
            await Task.Delay(10);
        }
    }
}
