using System.Text;
using Canario.Contract;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;
using Canario.InferenceServer.V2;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

public sealed class AllocationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_of_fixed_size_tensors_leaves_less_than_a_kibibyte_to_the_collector(bool binary)
    {
        using var folder = new ModelFolder(Samples.Mlp(16, 16, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        string json = binary
            ? """{"id":"a","inputs":[{"name":"input","shape":[1,16],"datatype":"FP32","parameters":{"binary_data_size":64}}],"parameters":{"binary_data_output":true}}"""
            : $$"""{"id":"a","inputs":[{"name":"input","shape":[1,16],"datatype":"FP32","data":[{{string.Join(',', Enumerable.Range(0, 16).Select(i => $"0.{i + 10}"))}}]}]}""";
        byte[] body = [.. Encoding.UTF8.GetBytes(json), .. binary ? new byte[64] : []];
        var limits = new RequestLimits();
        for (int i = 0; i < 200; i++) Answer(model, body, json.Length, limits);

        const int Requests = 1000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Requests; i++) Answer(model, body, json.Length, limits);
        double each = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Requests;
        Assert.True(each < 1024, $"{each} bytes");
    }

    [Fact]
    public async Task Counting_confidences_leaves_nothing_to_the_collector()
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3), ModelFolder.Metadata);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        ServedModel model = server.Get<ServerState>().Model!;
        InferenceCall call = model.Rent();
        byte[] body = [.. """{"inputs":[{"name":"input","shape":[2,4],"datatype":"FP32","data":[1,2,0,3,4,5,1,6]}]}"""u8];
        var cursor = new JsonCursor(body, new RequestLimits().MaximumStringBytes);
        V2RequestParser.Parse(ref cursor, new BinarySection(default), call, model.Outputs, new RequestLimits());
        call.Run(model.RunOf(null));
        model.Drift.ObserveOutputs(call, model.AllOutputs);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) model.Drift.ObserveOutputs(call, model.AllOutputs);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        model.Return(call);
        Assert.Matches($"{MetricNames.PredictionConfidence}_count{{[^}}]*}} 2002\n", await server.Client.GetStringAsync(HttpPaths.Metrics));
    }

    /// <summary>What a request costs beyond Kestrel's part: body in, answer out.</summary>
    private static void Answer(ServedModel model, byte[] body, int jsonLength, RequestLimits limits)
    {
        InferenceCall call = model.Rent();
        var cursor = new JsonCursor(body.AsSpan(0, jsonLength), limits.MaximumStringBytes);
        V2Request request = V2RequestParser.Parse(ref cursor, new BinarySection(body.AsSpan(jsonLength)), call, model.Outputs, limits);
        model.Drift.ObserveInputs(call);
        call.Run(model.RunOf(request.Outputs));
        model.Drift.ObserveOutputs(call, model.AllOutputs);
        V2ResponseWriter.Write(call.Json, model, call, request, "request");
        model.Return(call);
    }
}
