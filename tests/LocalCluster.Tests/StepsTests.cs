using System.Collections.Concurrent;
using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Tests;

public sealed class StepsTests
{
    private readonly ConcurrentQueue<string> said = new();

    [Fact]
    public async Task Long_work_says_again_and_again_what_it_is_at()
    {
        var steps = new Steps(said.Enqueue, TimeProvider.System, TimeSpan.FromMilliseconds(10));
        var work = new TaskCompletionSource();
        var at = 0;
        var during = steps.DuringAsync("Compiling", work.Task, () => $"package {++at}");
        await Eventually.IsTrueAsync(() => Task.FromResult(said.Count >= 3));
        work.SetResult();
        await during;

        Assert.EndsWith("s] Compiling", said.First(), StringComparison.Ordinal);
        Assert.EndsWith("s] Compiling: package 2", said.ElementAt(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_that_fails_fails_with_its_own_error() =>
        await Assert.ThrowsAsync<LocalClusterException>(
            () => new Steps(said.Enqueue, TimeProvider.System).DuringAsync("Compiling", Task.FromException(new LocalClusterException("broken"))));

    [Fact]
    public async Task A_command_that_is_watched_hands_over_its_lines_and_fails_with_the_last_of_them()
    {
        var failure = await Assert.ThrowsAsync<LocalClusterException>(
            () => Command.WatchAsync("/bin/sh", ["-c", "echo $START; seq 100; echo broken >&2; exit 3"], said.Enqueue, new Dictionary<string, string> { ["START"] = "begun" }, default));

        Assert.Contains("begun", said);
        Assert.Contains("ended with 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("broken", said);
        Assert.Contains("\n  100", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("begun", failure.Message.Split("ended with 3")[1], StringComparison.Ordinal);
    }
}
