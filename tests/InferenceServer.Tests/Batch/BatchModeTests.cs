using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;

namespace Canario.InferenceServer.Tests.Batch;

public sealed class BatchModeTests
{
    [Fact]
    public async Task A_table_gives_the_predictions_that_the_same_rows_as_JSON_give_and_that_the_server_gives()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string table = Write(folder, "rows.csv", "\uFEFFname,age,visits,colour,income\r\n\"O'Neil, \"\"Al\"\"\nJr\", 30 ,1,green,5\r\nb,119.5,,red,1e2\r\n\r\n\"\",3,3.0,\"red\",-7\n");
        string lines = Write(folder, "rows.jsonl", """
            {"name":"O'Neil, \"Al\"\nJr","age":30,"visits":1,"colour":"green","income":5}
            {"age":119.5,"colour":"red","income":100,"name":"b"}

            {"age":3,"visits":3,"colour":"red","income":-7}
            """);
        JsonNode summary = await BatchRun.SucceedAsync(BatchRun.Arguments(folder, table, "a.jsonl", "--keep", "name"));
        Assert.Equal((3, 3, 0), ((int)summary["rows"]!, (int)summary["predicted"]!, (int)summary["refused"]!));
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, lines, "b.jsonl", "--keep", "name"));
        string[] answers = File.ReadAllLines(Path.Combine(folder.Path, "a.jsonl"));
        Assert.Equal(answers, File.ReadAllLines(Path.Combine(folder.Path, "b.jsonl")));
        Assert.Equal("O'Neil, \"Al\"\nJr", (string)JsonNode.Parse(answers[0])!["name"]!);
        Assert.Null(JsonNode.Parse(answers[2])!["name"]);
        Assert.Empty(File.ReadAllBytes(Path.Combine(folder.Path, "a.jsonl.errors.jsonl")));

        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (_, JsonNode served) = await server.PostAsync("/predict", ModelFolder.Row);
        JsonNode first = JsonNode.Parse(answers[0])!;
        Assert.Equal((string)served["prediction"]!, (string)first["prediction"]!);
        foreach ((string name, JsonNode? value) in served["probabilities"]!.AsObject()) Assert.Equal((float)value!, (float)first["probabilities"]![name]!, 1e-6f);
    }

    [Fact]
    public async Task A_table_is_written_with_a_header_and_quotes_where_they_are_needed()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string lines = Write(folder, "rows.jsonl", """
            {"id":"a,\"b\"","n":7,"age":1,"colour":"red","income":5}
            {"age":500,"colour":"red","income":5}
            {"n":[1,2],"age":30,"visits":1,"colour":"green","income":5}
            """);
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, lines, "out.csv", "--keep", "id,n"));
        string[] records = File.ReadAllLines(Path.Combine(folder.Path, "out.csv"));
        Assert.Equal("row,id,n,prediction,probability_a,probability_b,probability_c", records[0]);
        Assert.Equal(3, records.Length);
        Assert.StartsWith("0,\"a,\"\"b\"\"\",7,", records[1], StringComparison.Ordinal);
        Assert.StartsWith("2,,\"[1,2]\",", records[2], StringComparison.Ordinal);
        float[] probabilities = [.. records[2].Split(',')[^3..].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture))];
        Assert.Equal(1, probabilities.Sum(), 1e-5f);
    }

    [Theory]
    [InlineData("age,colour,income\n")]
    [InlineData("age,colour,income\n1,blue,5\n")]
    public async Task A_table_without_a_prediction_has_its_header(string input)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, Write(folder, "rows.csv", input), "out.csv", "--keep", "age"));
        Assert.Equal("row,age,prediction,probability_a,probability_b,probability_c\n", File.ReadAllText(Path.Combine(folder.Path, "out.csv")));
    }

    [Theory]
    [InlineData("\t")]
    [InlineData(" ")]
    public async Task A_row_of_empty_fields_is_a_row_whatever_the_delimiter(string delimiter)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string table = Write(folder, "rows.csv", "age,colour,income\n1,red,5\n,,\n\n,,\r\n\r\n2,red,5\n".Replace(",", delimiter, StringComparison.Ordinal));
        JsonNode summary = await BatchRun.SucceedAsync(BatchRun.Arguments(folder, table, "out.jsonl", "--delimiter", delimiter));
        Assert.Equal((4, 2), ((int)summary["rows"]!, (int)summary["predicted"]!));
        Assert.StartsWith("{\"row\":3,", File.ReadAllLines(Path.Combine(folder.Path, "out.jsonl"))[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_names_one_file_whatever_its_characters()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        Write(folder, "aA#.csv", "age,colour,income\n");
        foreach (string name in new[] { "a%41#.csv", "ä ?;:\\%.csv" })
        {
            string table = Write(folder, name, "age,colour,income\n1,red,5\n");
            JsonNode summary = await BatchRun.SucceedAsync(BatchRun.Arguments(folder, table, "out.jsonl", "--start-over", "true"));
            Assert.Equal((table, 1), ((string)summary["input"]!, (int)summary["rows"]!));
        }
    }

    [Theory]
    [InlineData("row", true, true)]
    [InlineData("prediction", true, true)]
    [InlineData("probabilities", true, false)]
    [InlineData("outputs", true, false)]
    [InlineData("probability_c", false, true)]
    [InlineData("probability_d", false, false)]
    public async Task A_column_is_not_kept_under_a_name_that_the_output_has_itself(string name, bool takenByLines, bool takenByTable)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string table = Write(folder, "rows.csv", $"age,colour,income,{name}\n1,red,5,7\n");
        foreach ((string output, bool taken) in new[] { ("out.jsonl", takenByLines), ("out.csv", takenByTable) })
        {
            (int code, _, string error) = await BatchRun.ToEndAsync(BatchRun.Arguments(folder, table, output, "--keep", name));
            Assert.True(code == (taken ? ExitCodes.BadConfiguration : ExitCodes.Ok), $"{output}: {code}: {error}");
            if (taken) Assert.Contains($"--keep: the output has '{name}' itself", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_pipe_is_refused_in_words()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        using var run = new BatchRun(BatchRun.Arguments(folder, "/dev/stdin", "out.jsonl"), shell: "echo '{}' | \"$@\"");
        (int code, _, string error) = await run.EndAsync();
        Assert.True(code == ExitCodes.BatchInputFailed, $"{code}: {error}");
        Assert.Contains("/dev/stdin is a pipe, which cannot be read again after a kill", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feature_is_kept_as_its_row_gave_it()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string table = Write(folder, "rows.csv", "id,age,colour,income,visits\na,30,green,5,\nb,500,green,5,1\nc,1.50,red,5,7\n");
        string lines = Write(folder, "rows.jsonl", """
            {"age":30,"id":"a","colour":"green","income":5}
            {"age":500,"colour":"red","income":5}
            { "visits" : 7 , "id":"c", "c\u006flour":"red", "income":5, "age" : 1.50 }
            """);
        foreach (string input in new[] { table, lines })
        {
            string output = Path.GetFileName(input) + ".out.jsonl";
            await BatchRun.SucceedAsync(BatchRun.Arguments(folder, input, output, "--keep", "colour,id,visits,age"));
            string[] answers = File.ReadAllLines(Path.Combine(folder.Path, output));
            Assert.Equal(2, answers.Length);
            Assert.StartsWith("""{"row":0,"colour":"green","id":"a","visits":null,"age":30,"prediction":""", answers[0], StringComparison.Ordinal);
            Assert.StartsWith("""{"row":2,"colour":"red","id":"c","visits":7,"age":1.50,"prediction":""", answers[1], StringComparison.Ordinal);
        }

        await BatchRun.SucceedAsync(BatchRun.Arguments(folder, lines, "out.csv", "--keep", "age,id"));
        string[] records = File.ReadAllLines(Path.Combine(folder.Path, "out.csv"));
        Assert.StartsWith("row,age,id,prediction,", records[0], StringComparison.Ordinal);
        Assert.StartsWith("2,1.50,c,", records[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_packed_input_over_HTTP_is_told_so()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using RowsHost host = await RowsHost.StartAsync();
        host.Content = Packed();
        (int code, _, string error) = await BatchRun.ToEndAsync(BatchRun.Arguments(folder, host.Uri, "o.jsonl"));
        Assert.Equal(ExitCodes.BatchInputFailed, code);
        Assert.Contains("is packed with gzip", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path, "o.jsonl*"));
    }

    [Fact]
    public async Task Bad_rows_go_to_the_error_file_with_their_numbers_or_end_the_batch_where_that_is_asked()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string table = Write(folder, "rows.csv", "age,colour,income\n1,red,5\n1,blue,5\n1,red\n1,red,424217249\nx,red,5\n\"1,red,5\n");
        string[] arguments = BatchRun.Arguments(folder, table, "out.jsonl");
        JsonNode summary = await BatchRun.SucceedAsync(arguments);
        Assert.Equal((6, 1, 5), ((int)summary["rows"]!, (int)summary["predicted"]!, (int)summary["refused"]!));
        JsonNode[] errors = [.. File.ReadAllLines(Path.Combine(folder.Path, "out.jsonl.errors.jsonl")).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal([1, 2, 3, 4, 5], errors.Select(error => (int)error["row"]!));
        string[] expected =
        [
            "feature 'colour': 'blue' is not allowed; it takes one of 'red', 'green'",
            "the row has 2 fields; the header has 3",
            "feature 'income': the value is not allowed; it takes a number of at most 1000",
            "feature 'age': '\"x\"' is not allowed; it takes a number from 0 to 120",
            "a quoted field does not end",
        ];
        Assert.Equal(expected, errors.Select(error => (string)error["error"]!));

        // Done is done: another start says so and touches nothing.
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(folder.Path, "out.jsonl"));
        Assert.Equal(summary.ToJsonString(), Unresumed(await BatchRun.SucceedAsync(arguments)).ToJsonString());
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(folder.Path, "out.jsonl")));

        (int code, JsonNode? stopped, string error) = await BatchRun.ToEndAsync([.. arguments, "--on-error", "fail", "--start-over", "true"]);
        Assert.Equal(ExitCodes.BatchRowRefused, code);
        Assert.False((bool)stopped!["complete"]!);
        Assert.Contains("row 1: feature 'colour': 'blue'", error, StringComparison.Ordinal);
        Assert.DoesNotContain("424217249", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_with_its_exit_code()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string table = Write(folder, "rows.csv", "age,colour,income\n1,red,5\n");
        Write(folder, "there.jsonl", "precious");
        string packed = Path.Combine(folder.Path, "packed");
        File.WriteAllBytes(packed, Packed());
        (string[] Arguments, int Code, string Message)[] cases =
        [
            (["--model-uri", $"file://{folder.Path}/"], ExitCodes.BadConfiguration, "--input (or CANARIO_INPUT) is required"),
            (BatchRun.Arguments(folder, table, "o", "--http-port", "1"), ExitCodes.BadConfiguration, "'--http-port' is no option"),
            (BatchRun.Arguments(folder, table, "there.jsonl"), ExitCodes.BadConfiguration, "there.jsonl exists and is of no unfinished batch"),
            (BatchRun.Arguments(folder, table, "rows.csv"), ExitCodes.BadConfiguration, "is the input"),
            (BatchRun.Arguments(folder, Write(folder, "o.partial", "precious"), "o", "--start-over", "true"), ExitCodes.BadConfiguration, "--output: '" + folder.Path + "/o.partial' is the input"),
            (BatchRun.Arguments(folder, table, "o", "--start-over", "true", "--errors", table), ExitCodes.BadConfiguration, "--errors: '" + table + "' is the input"),
            (BatchRun.Arguments(folder, table, "o", "--errors", Path.Combine(folder.Path, "o")), ExitCodes.BadConfiguration, "o' is the output or a file beside it"),
            (BatchRun.Arguments(folder, table, "o", "--errors", Path.Combine(folder.Path, "o.checkpoint")), ExitCodes.BadConfiguration, "o.checkpoint' is the output or a file beside it"),
            (BatchRun.Arguments(folder, "/nowhere.csv", "o"), ExitCodes.BatchInputFailed, "/nowhere.csv cannot be read"),
            (BatchRun.Arguments(folder, Write(folder, "a.csv", ""), "o"), ExitCodes.BatchInputFailed, "a.csv is empty; a header is expected"),
            (BatchRun.Arguments(folder, Write(folder, "b.csv", "age,colour,income,id\n"), "o"), ExitCodes.BatchInputFailed, "has column 'id', which is no feature; the model takes 'age', 'visits', 'colour', 'income'. --keep"),
            (BatchRun.Arguments(folder, Write(folder, "c.csv", "age,colour\n"), "o"), ExitCodes.BatchInputFailed, "has no column for feature 'income', which has no default and takes a number of at most 1000"),
            (BatchRun.Arguments(folder, Write(folder, "d.csv", "age,age\n"), "o"), ExitCodes.BatchInputFailed, "has column 'age' twice"),
            (BatchRun.Arguments(folder, table, "model.onnx/out"), ExitCodes.BatchOutputFailed, "cannot be written"),
            (BatchRun.Arguments(folder, table, "o", "--keep", "age,income"), ExitCodes.BadConfiguration, "--keep: 'income' is a sensitive feature"),
            (BatchRun.Arguments(folder, "rows.jsonl.GZ", "o"), ExitCodes.BadConfiguration, "rows.jsonl.GZ' is packed with gzip"),
            (BatchRun.Arguments(folder, packed, "o"), ExitCodes.BatchInputFailed, "packed is packed with gzip; rows are read unpacked"),
            (BatchRun.Arguments(folder, packed, "o", "--input-format", "csv"), ExitCodes.BatchInputFailed, "packed is packed with gzip; rows are read unpacked"),
            (["--model-uri", "file:///nowhere/", "--input", table, "--output", Path.Combine(folder.Path, "o")], ExitCodes.ModelUnavailable, "does not exist"),
        ];
        foreach ((string[] arguments, int code, string message) in cases)
        {
            (int actual, _, string error) = await BatchRun.ToEndAsync(arguments);
            Assert.True(code == actual, $"{string.Join(' ', arguments)} ended with {actual}: {error}");
            Assert.Contains(message, error, StringComparison.Ordinal);
        }

        Assert.Equal("precious", File.ReadAllText(Path.Combine(folder.Path, "there.jsonl")));
    }

    [Fact]
    public async Task A_checkpoint_of_other_work_or_of_an_input_that_changed_is_not_gone_on_with()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string table = Write(folder, "rows.csv", "age,colour,income\n1,red,5\n1,blue,5\n");
        string[] arguments = BatchRun.Arguments(folder, table, "out.jsonl", "--on-error", "fail");
        Assert.Equal(ExitCodes.BatchRowRefused, (await BatchRun.ToEndAsync(arguments)).Code);
        (int code, _, string error) = await BatchRun.ToEndAsync([.. arguments, "--revision", "m-2"]);
        Assert.Equal(ExitCodes.BadConfiguration, code);
        Assert.Contains("is of another batch", error, StringComparison.Ordinal);
        Write(folder, "rows.csv", "age,colour,income\n1,red,5\n1,green,5\n");
        (code, _, error) = await BatchRun.ToEndAsync(arguments);
        Assert.Equal(ExitCodes.BatchInputFailed, code);
        Assert.Contains("rows.csv has changed since the batch began", error, StringComparison.Ordinal);
        await BatchRun.SucceedAsync([.. arguments, "--start-over", "true"]);
    }

    [Fact]
    public async Task An_input_larger_than_the_memory_is_predicted()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string path = Path.Combine(folder.Path, "rows.jsonl");
        const int Rows = 400_000;
        await using (var writer = new StreamWriter(path))
        {
            string padding = new(' ', 300);
            for (int i = 0; i < Rows; i++) writer.Write($"{ModelFolder.Row}{padding}\n");
        }

        // 140 MB of rows and as many again of predictions, in a heap of 64 MiB.
        using var run = new BatchRun(BatchRun.Arguments(folder, path, "out.jsonl"), heapLimit: "0x4000000");
        (int code, JsonNode? summary, string error) = await run.EndAsync();
        Assert.True(code == 0, error);
        Assert.Equal(Rows, (int)summary!["predicted"]!);
        Assert.Equal(Rows, File.ReadLines(Path.Combine(folder.Path, "out.jsonl")).Count());
    }

    private static string Write(ModelFolder folder, string name, string text)
    {
        string path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static byte[] Packed()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(ModelFolder.Row));
        return packed.ToArray();
    }

    private static JsonNode Unresumed(JsonNode summary)
    {
        summary["resumedAtRow"] = 0;
        return summary;
    }
}
