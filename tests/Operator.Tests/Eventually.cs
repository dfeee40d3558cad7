namespace Canario.Operator.Tests;

/// <summary>Waits for a condition of another process, and says which one did not come.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>What does not come at once takes seconds: asking forty times a second for it would take them from whoever is to bring it.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? limit = null) => TrueAsync(() => Task.FromResult(condition()), what, limit);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? limit = null, Func<string>? seen = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            var waited = TimeProvider.System.GetElapsedTime(start);
            if (waited > (limit ?? s_limit))
                Assert.Fail($"did not come true within {(limit ?? s_limit).TotalSeconds} s: {what}{(seen is null ? "" : "; seen: " + seen())}");
            await Task.Delay(TimeSpan.FromMilliseconds(waited < s_soon ? 25 : 100), TimeProvider.System);
        }
    }
}
