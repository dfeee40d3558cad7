using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;

namespace Canario.InferenceServer.Tests.Batch;

public sealed class BatchRestartTests
{
    private const int Rows = 400_000;
    private const int MostKills = 12;

    [Theory]
    [InlineData("rows.csv", "out.jsonl")]
    [InlineData("rows.jsonl", "out.csv")]
    public async Task Killed_at_any_moment_and_started_again_it_loses_and_repeats_no_row(string input, string output)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string path = Path.Combine(folder.Path, input);
        WriteRows(path);
        string whole = Path.Combine(folder.Path, "whole" + Path.GetExtension(output));
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, path, Path.GetFileName(whole), "--checkpoint-seconds", "0"));

        string[] arguments = BatchRun.Arguments(folder, path, output, "--checkpoint-seconds", "0");
        string partial = Path.Combine(folder.Path, output + ".partial");
        long wholeLength = Length(whole);
        var random = new Random(5);
        int kills = 0;
        long resumed = 0;
        while (true)
        {
            using var run = new BatchRun(arguments);
            // By what it has written, so that most kills hit the work and not the start, on any machine.
#pragma warning disable CA5394 // A seeded walk.
            long until = kills == MostKills ? long.MaxValue : Math.Max(0, Length(partial)) + random.NextInt64(wholeLength / (MostKills + 4));
#pragma warning restore CA5394
            while (!run.HasExited && Length(partial) <= until) await Task.Delay(1);
            if (!run.HasExited && run.TrySignal(BatchRun.SigKill)) kills++;

            (int code, JsonNode? summary, string error) = await run.EndAsync();
            if (code == 128 + BatchRun.SigKill) continue;
            Assert.True(code == 0, error);
            resumed = (long)summary!["resumedAtRow"]!;
            Assert.Equal(Rows, (int)summary["rows"]!);
            break;
        }

        Assert.True(kills >= 5, $"{kills} kills");
        Assert.True(resumed > 0, "the last start had nothing to go on from");
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(Path.Combine(folder.Path, output)));
        Assert.Equal(File.ReadAllBytes(whole + ".errors.jsonl"), File.ReadAllBytes(Path.Combine(folder.Path, output + ".errors.jsonl")));
        Assert.False(File.Exists(partial));
    }

    [Fact]
    public async Task SIGTERM_ends_it_at_a_checkpoint_and_the_next_start_goes_on_there()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string path = Path.Combine(folder.Path, "rows.csv");
        WriteRows(path);
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, path, "whole.jsonl"));

        // Without checkpoints of its own while it works.
        string[] arguments = BatchRun.Arguments(folder, path, "out.jsonl", "--checkpoint-seconds", "3600");
        for (int attempt = 1; ; attempt++)
        {
            using var run = new BatchRun(arguments);
            while (!run.HasExited && Length(Path.Combine(folder.Path, "out.jsonl.partial")) <= 0) await Task.Delay(2);
            bool isTold = run.TrySignal(BatchRun.SigTerm);
            (int code, JsonNode? summary, string error) = await run.EndAsync();
            if ((!isTold || code == 0) && attempt < 20)
            {
                // It was done before it was told, on a machine that is quick at its work and slow at ours.
                foreach (string file in Directory.GetFiles(folder.Path, "out.jsonl*")) File.Delete(file);
                continue;
            }

            Assert.Equal(ExitCodes.BatchTerminated, code);
            Assert.False((bool)summary!["complete"]!);
            Assert.InRange((int)summary["rows"]!, 1, Rows - 1);
            Assert.Contains("started again, the batch goes on", error, StringComparison.Ordinal);
            break;
        }

        JsonNode done = await BatchRun.SucceedAsync(arguments);
        Assert.InRange((int)done["resumedAtRow"]!, 1, Rows - 1);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Path, "whole.jsonl")), File.ReadAllBytes(Path.Combine(folder.Path, "out.jsonl")));
    }

    [Theory]
    [InlineData("out.jsonl.lock")]
    [InlineData("out.jsonl.partial")]
    public async Task Two_at_once_on_the_same_files_do_not_mix_their_rows(string shared)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string path = Path.Combine(folder.Path, "rows.csv");
        WriteRows(path);
        string[] arguments = BatchRun.Arguments(folder, path, "out.jsonl", "--checkpoint-seconds", "0");
        using var held = new FileStream(Path.Combine(folder.Path, shared), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        (int code, _, string error) = await BatchRun.ToEndAsync(arguments);
        Assert.Equal(ExitCodes.BatchOutputFailed, code);
        Assert.Contains("being used by another process", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_output_is_not_replaced_by_a_partial_one_that_is_not_of_it()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string output = Path.Combine(folder.Path, "out.jsonl");
        string[] arguments = BatchRun.Arguments(folder, Write(folder, "age,colour,income\n1,red,5\n1,blue,5\n"), "out.jsonl");
        await BatchRun.SucceedAsync(arguments);
        byte[] predictions = File.ReadAllBytes(output);
        byte[] errors = File.ReadAllBytes(output + ".errors.jsonl");
        File.WriteAllBytes(output + ".partial", []);
        File.WriteAllBytes(output + ".errors.jsonl.partial", []);
        await BatchRun.SucceedAsync(arguments);
        Assert.Equal(predictions, File.ReadAllBytes(output));
        Assert.Equal(errors, File.ReadAllBytes(output + ".errors.jsonl"));
    }

    [Fact]
    public async Task A_batch_whose_partial_output_is_gone_is_not_gone_on_with()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string rows = string.Concat(Enumerable.Repeat("1,red,5\n", 1000));
        string[] arguments = BatchRun.Arguments(folder, Write(folder, "age,colour,income\n" + rows + "1,blue,5\n"), "out.jsonl", "--on-error", "fail");
        Assert.Equal(ExitCodes.BatchRowRefused, (await BatchRun.ToEndAsync(arguments)).Code);
        string partial = Path.Combine(folder.Path, "out.jsonl.partial");
        File.Delete(partial);
        (int code, _, string error) = await BatchRun.ToEndAsync(arguments);
        Assert.Equal(ExitCodes.BatchOutputFailed, code);
        Assert.Contains("out.jsonl.partial has 0 bytes; the checkpoint says", error, StringComparison.Ordinal);
        Assert.False(File.Exists(partial));
    }

    [Fact]
    public async Task A_disk_that_takes_no_more_ends_the_batch_with_its_reason_and_the_next_start_goes_on()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string rows = string.Concat(Enumerable.Repeat("1,red,5\n1,blue,5\n", 4000));
        string input = Write(folder, "age,colour,income\n" + rows);
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, input, "whole.jsonl"));
        string reason = Path.Combine(folder.Path, "reason");
        File.WriteAllText(reason, "");
        string[] arguments = BatchRun.Arguments(folder, input, "out.jsonl", "--checkpoint-seconds", "0", "--termination-log", reason);
        // A limit on the length of a file is met as a full disk is, in the middle of a write. The runtime's own mappings are files to it as well.
        using (var run = new BatchRun(arguments, shell: "trap '' XFSZ; ulimit -f 100; DOTNET_EnableWriteXorExecute=0 exec \"$@\""))
        {
            (int code, JsonNode? summary, string error) = await run.EndAsync();
            Assert.True(code == ExitCodes.BatchOutputFailed, $"{code}: {error}");
            Assert.False((bool)summary!["complete"]!);
            Assert.Contains("cannot be written", (string)summary["error"]!, StringComparison.Ordinal);
            Assert.Equal((string)summary["error"]!, File.ReadAllText(reason));
        }

        Assert.InRange((int)(await BatchRun.SucceedAsync(arguments))["resumedAtRow"]!, 1, 7999);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Path, "whole.jsonl")), File.ReadAllBytes(Path.Combine(folder.Path, "out.jsonl")));
    }

    private static string Write(ModelFolder folder, string text)
    {
        string path = Path.Combine(folder.Path, "rows.csv");
        File.WriteAllText(path, text);
        return path;
    }

    private static long Length(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : -1;
    }

    /// <summary>With bad rows, a row that is too long and quoted newlines among them.</summary>
    private static void WriteRows(string path)
    {
        bool table = path.EndsWith(".csv", StringComparison.Ordinal);
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false));
        if (table) writer.Write("age,visits,colour,income\n");
        for (int i = 0; i < Rows; i++)
        {
            string age = i % 1009 == 7 ? "-5" : $"{i % 1200 / 10.0}";
            string colour = i % 2 == 0 ? "red" : "green";
            if (i == Rows / 3) writer.Write(new string('x', (1 << 20) + 5000) + "\n");
            else if (table) writer.Write($"{age},{(i % 5 == 0 ? "" : $"{i}")},\"{(i % 5003 == 9 ? "re\nd" : colour)}\",{i % 1000}\n");
            else writer.Write($$"""{"age":{{age}},"visits":{{(i % 5 == 0 ? "null" : $"{i}")}},"colour":"{{colour}}","income":{{i % 1000}}}""" + "\n");
        }
    }
}
