using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;

namespace Canario.InferenceServer.Tests.Batch;

public sealed class BatchHttpTests
{
    private const int Rows = 60_000;

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task An_input_over_HTTP_is_read_on_where_its_connection_broke(bool ranges, bool tellsLength)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using RowsHost host = await RowsHost.StartAsync();
        host.Content = Content();
        (host.HasRanges, host.TellsLength) = (ranges, tellsLength);
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, host.Uri, "whole.jsonl"));
        Assert.Equal(1, host.Requests);

        host.Breaks = 2;
        host.BreakAfter = ranges ? 500_000 : host.Content.Length - 200_000;
        JsonNode summary = await BatchRun.SucceedAsync(BatchRun.Arguments(folder, host.Uri, "out.jsonl"));
        Assert.Equal(0, host.Breaks);
        Assert.Equal(4, host.Requests);
        // What was on its way when a connection broke is sent again, and nothing else.
        if (ranges) Assert.InRange(host.Sent, 2 * host.Content.Length, 2 * host.Content.Length + 2 * host.BreakAfter);
        Assert.Equal(Rows, (int)summary["rows"]!);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Path, "whole.jsonl")), File.ReadAllBytes(Path.Combine(folder.Path, "out.jsonl")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_kill_only_the_rest_is_asked_for_unless_the_input_has_changed(bool tellsLength)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using RowsHost host = await RowsHost.StartAsync();
        host.Content = Content();
        host.TellsLength = tellsLength;
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, host.Uri, "whole.jsonl"));
        string[] arguments = BatchRun.Arguments(folder, host.Uri, "out.jsonl", "--checkpoint-seconds", "0");
        string checkpoint = Path.Combine(folder.Path, "out.jsonl.checkpoint");
        (host.Stalls, host.BreakAfter) = (true, host.Content.Length / 2);
        using (var run = new BatchRun(arguments))
        {
            while (!run.HasExited && Position(checkpoint) == 0) await Task.Delay(2);
            run.Signal(BatchRun.SigKill);
            await run.EndAsync();
        }

        host.Stalls = false;
        long position = Position(checkpoint);
        Assert.InRange(position, 1, host.Content.Length - 1);
        host.Tag = "\"2\"";
        (int code, _, string error) = await BatchRun.ToEndAsync(arguments);
        Assert.Equal(ExitCodes.BatchInputFailed, code);
        Assert.Contains("has changed since the batch began", error, StringComparison.Ordinal);

        host.Tag = "\"1\"";
        while (host.Active > 0) await Task.Delay(2);
        long before = host.Sent;
        await BatchRun.SucceedAsync(arguments);
        Assert.Equal(host.Content.Length - position, host.Sent - before);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Path, "whole.jsonl")), File.ReadAllBytes(Path.Combine(folder.Path, "out.jsonl")));
    }

    [Fact]
    public async Task A_second_process_touches_nothing_while_the_first_is_under_way()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using RowsHost host = await RowsHost.StartAsync();
        host.Content = Content();
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, host.Uri, "whole.jsonl"));
        string[] arguments = BatchRun.Arguments(folder, host.Uri, "out.jsonl", "--checkpoint-seconds", "0");
        string checkpoint = Path.Combine(folder.Path, "out.jsonl.checkpoint");
        (host.Stalls, host.BreakAfter) = (true, host.Content.Length / 2);
        int requests = host.Requests;
        using (var run = new BatchRun(arguments))
        {
            while (!run.HasExited && Position(checkpoint) == 0) await Task.Delay(2);
            foreach (string startsOver in new[] { "false", "true" })
            {
                long position = Position(checkpoint);
                (int code, _, string error) = await BatchRun.ToEndAsync([.. arguments, "--start-over", startsOver]);
                Assert.True(code == ExitCodes.BatchOutputFailed, $"{code}: {error}");
                Assert.Contains("out.jsonl.lock' because it is being used by another process", error, StringComparison.Ordinal);
                Assert.InRange(Position(checkpoint), position, host.Content.Length);
            }

            Assert.Equal(requests + 1, host.Requests);
            run.Signal(BatchRun.SigKill);
            await run.EndAsync();
        }

        host.Stalls = false;
        JsonNode summary = await BatchRun.SucceedAsync(arguments);
        Assert.InRange((int)summary["resumedAtRow"]!, 1, Rows - 1);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Path, "whole.jsonl")), File.ReadAllBytes(Path.Combine(folder.Path, "out.jsonl")));
        Assert.False(File.Exists(Path.Combine(folder.Path, "out.jsonl.lock")));
    }

    [Fact]
    public async Task Another_query_is_another_input_and_is_written_nowhere()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using RowsHost host = await RowsHost.StartAsync();
        host.Content = Encoding.UTF8.GetBytes(ModelFolder.Row);
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, host.Uri + "?day=1&key=secret", "out.jsonl"));
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, host.Uri + "?day=1&key=secret", "out.jsonl"));
        (int code, _, string error) = await BatchRun.ToEndAsync(BatchRun.Arguments(folder, host.Uri + "?day=2&key=secret", "out.jsonl"));
        Assert.True(code == ExitCodes.BadConfiguration, $"{code}: {error}");
        Assert.Contains("is of another batch", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error + File.ReadAllText(Path.Combine(folder.Path, "out.jsonl.checkpoint")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_ends_the_batch_with_its_reason()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        (int code, _, string error) = await BatchRun.ToEndAsync(BatchRun.Arguments(folder, "http://user:secret@127.0.0.1:1/rows.csv?token=secret", "out.jsonl", "--fetch-attempts", "1"));
        Assert.Equal(ExitCodes.BatchInputFailed, code);
        Assert.Contains("http://127.0.0.1:1/rows.csv could not be read in 1 attempts", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    private static long Position(string checkpoint)
    {
        try
        {
            return (long)JsonNode.Parse(File.ReadAllText(checkpoint))!["inputPosition"]!;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private static byte[] Content()
    {
        var text = new StringBuilder();
        for (int i = 0; i < Rows; i++) text.Append($$"""{"age":{{i % 1200 / 10.0}},"visits":{{i}},"colour":"red","income":{{i % 1000}}}""").Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
