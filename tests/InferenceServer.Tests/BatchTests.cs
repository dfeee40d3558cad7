using System.Globalization;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Execution;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.Tensors;
using Canario.Loops;
using Canario.OnnxRuntime;
using Canario.Telemetry.Metrics;
using Canario.TestModels;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.InferenceServer.Tests;

public sealed class BatchTests
{
    [Fact]
    public async Task Requests_at_once_are_joined_and_each_gets_its_own_answer()
    {
        using var folder = new ModelFolder(Samples.WideMlp());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        Assert.True(server.Get<ServerState>().Model!.Batches, server.Log);
        string[] bodies = [.. Enumerable.Range(0, 24).Select(i => Body(i, 1 + i % 3))];
        // One after the other they run alone.
        var alone = new List<float[]>();
        foreach (string body in bodies) alone.Add(await InferAsync(server, body));
        Assert.Equal(0, Batches(server).Runs);

        for (int round = 0; round < 20; round++)
        {
            float[][] together = await Task.WhenAll(bodies.Select(body => Task.Run(() => InferAsync(server, body))));
            for (int i = 0; i < bodies.Length; i++)
            {
                Assert.Equal(alone[i].Length, together[i].Length);
                Assert.All(alone[i].Zip(together[i]), pair => Assert.Equal(BitConverter.SingleToInt32Bits(pair.First), BitConverter.SingleToInt32Bits(pair.Second)));
            }
        }

        (double runs, double rows) = Batches(server);
        Assert.True(rows > runs * 1.5, $"{rows} rows in {runs} runs");
    }

    [Fact]
    public async Task A_model_whose_rows_depend_on_each_other_is_never_joined()
    {
        using var folder = new ModelFolder(Samples.WideMlp(mixRows: true));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        Assert.False(server.Get<ServerState>().Model!.Batches);
    }

    /// <summary>One client's answer would hold something of another's request.</summary>
    [Theory]
    [InlineData("FP32", "FP32")]
    [InlineData("FP64", "FP64")]
    [InlineData("FP16", "FP16")]
    [InlineData("INT64", "FP32")]
    [InlineData("INT32", "FP64")]
    public async Task Rows_that_depend_on_others_are_never_joined_whatever_their_type(string input, string output)
    {
        (int from, int to) = (Samples.Types[input], Samples.Types[output]);
        byte[] model = new OnnxGraph().Input("x", from, "n", 2).Output("y", to, "n", 2)
            .Node("Cast", ["x"], ["c"], OnnxGraph.Whole("to", to))
            .Node("ReduceMean", ["c"], ["mean"], OnnxGraph.Wholes("axes", 0)).Node("Sub", ["c", "mean"], ["y"]).Build();
        await RequireNotJoinedAsync(model);
    }

    [Fact]
    public async Task Rows_that_are_quantised_together_are_never_joined()
    {
        byte[] model = new OnnxGraph().Input("x", 1, "n", 4).Output("y", 1, "n", 4)
            .Node("DynamicQuantizeLinear", ["x"], ["q", "scale", "zero"]).Node("DequantizeLinear", ["q", "scale", "zero"], ["y"]).Build();
        await RequireNotJoinedAsync(model);
    }

    /// <summary>Where a schema leaves rows little room to differ, too.</summary>
    [Theory]
    [InlineData("INT64", "\"type\":\"category\",\"categories\":[\"x\",\"y\"]")]
    [InlineData("INT64", "\"type\":\"integer\"")]
    [InlineData("FP32", "\"type\":\"number\",\"minimum\":0,\"maximum\":0.1")]
    [InlineData("FP32", "\"type\":\"number\",\"maximum\":-5")]
    [InlineData("FP32", "\"type\":\"number\",\"minimum\":1500000000")]
    public async Task A_schema_hides_no_dependence(string datatype, string feature)
    {
        const int Columns = 4;
        byte[] model = new OnnxGraph().Input("x", Samples.Types[datatype], "n", Columns).Output("y", 1, "n", Columns)
            .Node("Cast", ["x"], ["c"], OnnxGraph.Whole("to", 1))
            .Node("ReduceMax", ["c"], ["most"], OnnxGraph.Wholes("axes", 0, 1)).Node("Div", ["c", "most"], ["y"]).Build();
        string features = string.Join(',', Enumerable.Range(0, Columns).Select(i => $"{{\"name\":\"f{i}\",\"tensor\":\"x\",\"column\":{i},{feature}}}"));
        await RequireNotJoinedAsync(model, $"{{\"name\":\"m\",\"features\":[{features}]}}");
    }

    /// <summary>A graph's nodes and edges: both sizes are one name, and a row more in one alone is no input.</summary>
    [Fact]
    public async Task A_model_that_a_row_more_makes_fail_is_served_and_not_joined()
    {
        byte[] model = new OnnxGraph().Input("x", 1, "n", 2).Input("edges", 1, "n", "n").Output("y", 1, "n", 2).Node("MatMul", ["edges", "x"], ["y"]).Build();
        await RequireNotJoinedAsync(model);
    }

    private static async Task RequireNotJoinedAsync(byte[] bytes, string? metadata = null)
    {
        using var folder = new ModelFolder(bytes, metadata);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        Assert.False(model.RowsAreIndependent);
        Assert.False(model.Batches);
    }

    [Fact]
    public async Task Joined_calls_of_a_small_model_get_the_same_bits_as_alone()
    {
        using var folder = new ModelFolder(Samples.Mlp(16, 16, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        Assert.True(model.Batches, server.Log);
        var metrics = new RequestMetrics(new MetricRegistry(), new ModelIdentity("a", "b", "c"));
        var batcher = new Batcher(model, 64, 1, 1024, metrics);
        InferenceCall[] calls = [.. Enumerable.Range(0, 200).Select(i => Row(model, i))];
        await Task.WhenAll(calls.Select(call => batcher.RunAsync(call, model.RunOf(null), CancellationToken.None).AsTask()));
        for (int i = 0; i < calls.Length; i++)
        {
            InferenceCall alone = Row(model, i);
            alone.Run(model.RunOf(null));
            for (int output = 0; output < alone.OutputCount; output++)
                Assert.Equal(alone.Outputs[output]!.Elements<byte>().ToArray(), calls[i].Outputs[output]!.Elements<byte>().ToArray());
            model.Return(alone);
            model.Return(calls[i]);
        }
    }

    [Fact]
    public async Task Who_leaves_a_long_joined_run_is_answered_at_once_and_the_others_get_their_own_rows()
    {
        using var folder = new ModelFolder(Samples.Mlp(16, 16, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        using var gone = new CancellationTokenSource();
        InferenceCall[] calls = [.. Enumerable.Range(0, 5).Select(i => Row(model, i))];
        ValueTask[] done = [.. calls.Select((call, i) => call.Pending.Begin(call, model.RunOf(null), i is 1 or 3 ? gone.Token : CancellationToken.None))];
        List<PendingCall> batch = [.. calls.Select(call => call.Pending)];
        await gone.CancelAsync();

        Assert.True(JoinedRun.TryRun(model, batch, isLong: true, out _));

        Assert.Equal([calls[0].Pending, calls[2].Pending, calls[4].Pending], batch);
        foreach (int i in (int[])[1, 3]) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => done[i].AsTask());
        foreach (int i in (int[])[0, 2, 4])
        {
            InferenceCall alone = Row(model, i);
            alone.Run(model.RunOf(null));
            Assert.Equal(alone.Outputs[0]!.Elements<byte>().ToArray(), calls[i].Outputs[0]!.Elements<byte>().ToArray());
            model.Return(alone);
        }

        Assert.Equal((0, 0), (calls[1].OutputCount, calls[3].OutputCount));
        foreach (InferenceCall call in calls) model.Return(call);
    }

    [Fact]
    public async Task The_last_client_that_leaves_ends_the_joined_run()
    {
        using var folder = new ModelFolder(Samples.Mlp(16, 16, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        CancellationTokenSource[] clients = [new(), new(), new()];
        InferenceCall[] calls = [.. clients.Select((_, i) => Row(model, i))];
        ValueTask[] done = [.. calls.Select((call, i) => call.Pending.Begin(call, model.RunOf(null), clients[i].Token))];
        List<PendingCall> batch = [.. calls.Select(call => call.Pending)];
        using var watch = new JoinedClients(batch);

        await clients[2].CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => done[2].AsTask());
        await clients[0].CancelAsync();
        Assert.False(watch.AllLeft.IsCancellationRequested);
        await clients[1].CancelAsync();
        Assert.True(watch.AllLeft.IsCancellationRequested);
        watch.Close();
        watch.RemoveLeft();
        Assert.Empty(batch);
        foreach (InferenceCall call in calls) model.Return(call);
        foreach (CancellationTokenSource client in clients) client.Dispose();
    }

    [Fact]
    public async Task After_the_run_nobody_leaves_without_an_answer()
    {
        using var folder = new ModelFolder(Samples.Mlp(16, 16, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        using var late = new CancellationTokenSource();
        InferenceCall[] calls = [Row(model, 0), Row(model, 1)];
        ValueTask[] done = [.. calls.Select(call => call.Pending.Begin(call, model.RunOf(null), late.Token))];
        List<PendingCall> batch = [.. calls.Select(call => call.Pending)];
        Assert.True(JoinedRun.TryRun(model, batch, isLong: true, out _));
        await late.CancelAsync();
        Assert.All(done, task => Assert.False(task.IsCompleted));
        Assert.Equal(2, batch.Count);
        foreach (InferenceCall call in calls) model.Return(call);
    }

    [Fact]
    public async Task Runs_leave_threads_for_what_must_not_wait_for_them()
    {
        using var folder = new ModelFolder(Samples.Mlp(16, 16, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ThreadPool.GetMinThreads(out int workers, out _);
        // Of one thread each: as many slow runs as cores, joined ones as many again.
        Assert.True(workers > 2 * Environment.ProcessorCount, $"{workers} threads");
    }

    private static InferenceCall Row(ServedModel model, int seed)
    {
        InferenceCall call = model.Rent();
        call.Inputs[0].SetShape([1, 16]);
        Span<float> values = call.Inputs[0].Elements<float>(16);
        for (int i = 0; i < values.Length; i++) values[i] = MathF.Sin(seed * 16 + i);
        return call;
    }

    [Fact]
    public async Task Calls_are_handed_over_as_long_as_enough_of_them_come_together()
    {
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        model.CallsWorthJoining = 4;
        var batcher = NewBatcher(model, 64, 1);
        int tried = 0;
        for (int i = 0; i < 1000; i++)
        {
            if (!batcher.IsWorthIt()) continue;
            tried++;
            await RunAsync(1);
        }

        Assert.InRange(tried, 1, 32);
        // One of the next thousand tries it again, and with it others do.
        for (int i = 0; !batcher.IsWorthIt(); i++) Assert.True(i < 1024, "it is never tried again");
        await RunAsync(60);
        for (int i = 0; i < 1000; i++) Assert.True(batcher.IsWorthIt());

        async Task RunAsync(int count)
        {
            InferenceCall[] calls = [.. Enumerable.Range(0, count).Select(_ => Call(model, 1))];
            // Several come together while one that takes some milliseconds is run.
            if (count > 1)
            {
                const int Many = 1 << 20;
                calls[0].Inputs[0].SetShape([Many]);
                calls[0].Inputs[0].Elements<long>(Many).Clear();
            }

            await Task.WhenAll(calls.Select(call => batcher.RunAsync(call, model.RunOf(null), CancellationToken.None).AsTask()));
            foreach (InferenceCall call in calls) model.Return(call);
        }
    }

    [Fact]
    public async Task Of_joined_calls_only_the_one_with_the_bad_input_fails()
    {
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        var batcher = NewBatcher(model, 32, 1);
        InferenceCall[] calls = [.. new long[] { 0, 1, 99, 2 }.Select(value => Call(model, value))];
        Task[] runs = [.. calls.Select(call => batcher.RunAsync(call, model.RunOf(null), CancellationToken.None).AsTask())];
        for (int i = 0; i < runs.Length; i++)
        {
            if (i == 2)
            {
                await Assert.ThrowsAsync<OnnxRuntimeException>(() => runs[2]);
                continue;
            }

            await runs[i];
            Assert.Equal([10f * (i == 3 ? 3 : i + 1)], calls[i].Outputs[0]!.Elements<float>().ToArray());
        }

        foreach (InferenceCall call in calls) model.Return(call);
    }

    [Fact]
    public async Task A_call_cancelled_while_it_waits_is_not_run_and_others_are()
    {
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        var batcher = NewBatcher(model, 32, 1);
        InferenceCall first = Call(model, 1);
        InferenceCall second = Call(model, 2);
        Task gone = batcher.RunAsync(first, model.RunOf(null), new CancellationToken(canceled: true)).AsTask();
        await batcher.RunAsync(second, model.RunOf(null), CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Null(first.Outputs[0]);
        Assert.Equal([30f], second.Outputs[0]!.Elements<float>().ToArray());
        model.Return(first);
        model.Return(second);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(50_000, false)]
    public async Task Calls_that_came_on_a_loop_are_run_there_unless_that_takes_long(int microseconds, bool there)
    {
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        model.SetWarmUp(TimeSpan.FromMicroseconds(microseconds), 1);
        var batcher = NewBatcher(model, 32, 1);
        using var loop = new EventLoop(0, TimeProvider.System, NullLogger.Instance);
        var ended = new TaskCompletionSource<bool[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() => _ = RunAsync());
        Assert.Equal([there, there], await ended.Task.WaitAsync(TimeSpan.FromSeconds(20)));

        async Task RunAsync()
        {
            InferenceCall first = Call(model, 1);
            InferenceCall second = Call(model, 2);
            Task<bool>[] both = [AnswerAsync(first), AnswerAsync(second)];
            ended.SetResult(await Task.WhenAll(both));
        }

        async Task<bool> AnswerAsync(InferenceCall call)
        {
            await batcher.RunAsync(call, model.RunOf(null), CancellationToken.None);
            return EventLoop.Current == loop;
        }
    }

    [Fact]
    public async Task A_run_is_expected_to_take_what_the_shortest_takes_however_few_its_rows()
    {
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        model.SetWarmUp(TimeSpan.FromMilliseconds(30), 1);
        var batcher = NewBatcher(model, 64, 1);
        InferenceCall[] calls = [.. Enumerable.Range(0, 60).Select(_ => Call(model, 1))];
        for (int round = 0; round < 40; round++)
        {
            await Task.WhenAll(calls.Select(call => batcher.RunAsync(call, model.RunOf(null), CancellationToken.None).AsTask()));
            foreach (InferenceCall call in calls) call.ReleaseOutputs();
        }

        // Together they took microseconds; at first thirty milliseconds each were expected.
        Assert.InRange(batcher.Expect([.. calls.Select(call => call.Pending)]), TimeSpan.FromMilliseconds(30), TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(30), batcher.Expect([calls[0].Pending]));
        foreach (InferenceCall call in calls) model.Return(call);
    }

    [Fact]
    public async Task Calls_on_one_loop_leave_the_other_runs_to_others()
    {
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        var batcher = NewBatcher(model, 32, 2);
        using var busy = new EventLoop(0, TimeProvider.System, NullLogger.Instance);
        using var free = new EventLoop(1, TimeProvider.System, NullLogger.Instance);
        using var release = new ManualResetEventSlim();
        var queued = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        busy.Post(() =>
        {
            queued.SetResult(Task.WhenAll(RunAsync(1), RunAsync(2)));
            release.Wait();
        });
        Task both = await queued.Task;
        try
        {
            free.Post(() => _ = RunAsync(3));
            await both.WaitAsync(TimeSpan.FromSeconds(20));
        }
        finally
        {
            release.Set();
        }

        Task RunAsync(long value) => batcher.RunAsync(Call(model, value), model.RunOf(null), CancellationToken.None).AsTask();
    }

    [Fact]
    public async Task More_waiting_requests_than_allowed_are_told_to_come_again()
    {
        using var folder = new ModelFolder(Samples.WideMlp());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { QueuedRequests = 1, BatchRows = 1 });
        // So many rows take some tens of milliseconds.
        string body = $$"""{"inputs":[{"name":"input","shape":[1024,256],"datatype":"FP32","data":[{{string.Join(',', Enumerable.Repeat("0", 1024 * 256))}}]}],"outputs":[{"name":"y"}]}""";
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => server.Client.PostAsync("/v2/models/m/infer", new StringContent(body))));
        Assert.All(answers, answer => Assert.Contains((int)answer.StatusCode, new[] { 200, 503 }));
        Assert.Contains(answers, answer => (int)answer.StatusCode == 200);
        HttpResponseMessage refused = answers.First(answer => (int)answer.StatusCode == 503);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Contains("1 requests wait already", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (HttpResponseMessage answer in answers) answer.Dispose();
    }

    private static Batcher NewBatcher(ServedModel model, int rows, int runs) =>
        new(model, rows, runs, 1024, new RequestMetrics(new MetricRegistry(), new ModelIdentity("a", "b", "c")));

    private static InferenceCall Call(ServedModel model, long value)
    {
        InferenceCall call = model.Rent();
        call.Inputs[0].SetShape([1]);
        call.Inputs[0].Elements<long>(1)[0] = value;
        return call;
    }

    private static string Body(int seed, int rows) =>
        $$"""{"inputs":[{"name":"input","shape":[{{rows}},256],"datatype":"FP32","data":[{{string.Join(',', Enumerable.Range(0, rows * 256).Select(i => MathF.Sin(i * (seed + 1)).ToString("R", CultureInfo.InvariantCulture)))}}]}]}""";

    private static async Task<float[]> InferAsync(TestServer server, string body)
    {
        (int status, JsonNode answer) = await server.PostAsync("/v2/models/m/infer", body);
        Assert.Equal(200, status);
        return [.. answer["outputs"]![0]!["data"]!.AsArray().Select(value => (float)value!)];
    }

    private static (double Runs, double Rows) Batches(TestServer server)
    {
        string[] lines = server.Client.GetStringAsync(HttpPaths.Metrics).GetAwaiter().GetResult().Split('\n');
        double Read(string suffix) => double.Parse(
            lines.Single(line => line.StartsWith(MetricNames.InferenceBatchRows + suffix + "{", StringComparison.Ordinal)).Split(' ')[^1], CultureInfo.InvariantCulture);
        return (Read("_count"), Read("_sum"));
    }
}
