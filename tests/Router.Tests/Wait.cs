namespace Canario.Router.Tests;

/// <summary>Waits for a condition, long enough for a loaded machine.</summary>
internal static class Wait
{
    public static async Task ForAsync(Func<Task<bool>> condition, string what)
    {
        long since = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < RawConnection.Patience, $"Not within {RawConnection.Patience}: {what}");
            await Task.Delay(10);
        }
    }

    public static Task ForAsync(Func<bool> condition, string what) => ForAsync(() => Task.FromResult(condition()), what);
}
