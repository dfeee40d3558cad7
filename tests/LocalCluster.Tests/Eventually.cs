using System.Diagnostics;

namespace Canario.LocalCluster.Tests;

internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < Limit, $"The condition did not hold within {Limit.TotalSeconds} s.");
            await Task.Delay(50);
        }
    }
}
