using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Tests;

public sealed class LogTailTests
{
    [Fact]
    public void The_reason_of_a_fatal_end_is_shown_rather_than_the_stacks_behind_it()
    {
        var log = "I1121 10:00:00.0 1 a.go:1] fine\nF1121 10:00:01.0 1 b.go:2] port is taken\n" + string.Concat(Enumerable.Repeat("goroutine 1 [select]:\n", 100));

        Assert.Equal("  I1121 10:00:00.0 1 a.go:1] fine\n  F1121 10:00:01.0 1 b.go:2] port is taken", LogTail.Shorten(log));
    }

    [Fact]
    public void Of_a_long_log_the_last_thirty_lines_are_shown()
    {
        var shown = LogTail.Shorten(string.Join('\n', Enumerable.Range(1, 100))).Split('\n');

        Assert.Equal(30, shown.Length);
        Assert.Equal("  100", shown[^1]);
    }
}
