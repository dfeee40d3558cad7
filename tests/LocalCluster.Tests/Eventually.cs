using System.Diagnostics;

namespace Canario.LocalCluster.Tests;

internal static class Eventually
{
    public static async Task IsTrueAsync(Func<Task<bool>> condition, int seconds = 60)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(seconds), $"The condition did not hold within {seconds} s.");
            await Task.Delay(50);
        }
    }
}
