using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Canario.InferenceServer.V2;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Fuzz;

/// <summary>A request that is right, to be made wrong.</summary>
/// <param name="Codec">For the counts.</param>
/// <param name="Path">Where it goes.</param>
/// <param name="MediaType">Of the body.</param>
/// <param name="Body">Whole.</param>
/// <param name="JsonLength">Value of the header that says where the raw tensors begin; -1: there is none.</param>
internal sealed record FuzzSeed(string Codec, string Path, string MediaType, byte[] Body, int JsonLength = -1)
{
    public const string Json = "JSON";
    public const string Binary = "binary V2";
    public const string Grpc = "gRPC";

    private const string Infer = "/v2/models/m/infer";
    private const string JsonType = "application/json";

    /// <summary>For <see cref="ModelFolder.WithFeatures"/>.</summary>
    public static FuzzSeed[] All { get; } = Build();

    /// <summary>For <see cref="Canario.TestModels.Samples.Lookup"/>, which fails on most numbers that the server has no reason to refuse.</summary>
    public static FuzzSeed[] OfLookup { get; } = BuildLookup();

    /// <param name="body">In place of the seed's.</param>
    /// <param name="mutator">Decides on what stands in headers and frames.</param>
    public HttpRequestMessage Request(byte[] body, Mutator mutator)
    {
        if (Codec == Grpc)
        {
            byte[] frame = new byte[5 + body.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
            body.CopyTo(frame, 5);
            // The frame itself is wrong at times.
            if (mutator.Next(20) == 0) frame[mutator.Next(5)] = (byte)mutator.Next(256);
            body = frame;
        }

        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
        if (JsonLength >= 0)
        {
            string length = mutator.Next(8) switch
            {
                0 => $"{mutator.Next(body.Length + 2)}",
                1 => new[] { "-1", "x", "99999999999999999999", "2147483648", "", "0" }[mutator.Next(6)],
                _ => $"{JsonLength}",
            };
            request.Content.Headers.TryAddWithoutValidation(V2Headers.JsonLength, length);
        }

        if (Codec == Grpc)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
            if (mutator.Next(30) == 0) request.Headers.TryAddWithoutValidation("grpc-encoding", mutator.Next(2) == 0 ? "gzip" : "nonsense");
        }

        return request;
    }

    private static FuzzSeed[] Build()
    {
        byte[] raw = new byte[32];
        for (int i = 0; i < 8; i++) BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(i * 4), i % 4 == 2 ? 1 : i);
        const string Row = ModelFolder.Row;
        ProtoMessage Input() => new ProtoMessage().Text(1, "input").Text(2, "FP32").Number(3, 2).Number(3, 4);
        ProtoMessage call = new ProtoMessage().Text(1, "m").Text(3, "id").Message(5, Input()).Message(6, new ProtoMessage().Text(1, "label")).Bytes(7, raw);
        ProtoMessage contents = new ProtoMessage().Text(1, "m").Message(5, Input().Message(5, new ProtoMessage().Bytes(6, raw)));
        return
        [
            Text("/predict", Row),
            Text("/predict", $"[{Row},{Row}]"),
            Text("/predict", $$"""{"instances":[{{Row}}]}"""),
            Text("/predict", $"{Row}\n\n{Row}\n", "application/x-ndjson"),
            Text("/v1/models/m:predict", $$"""{"instances":[{{Row}},{{Row}}]}"""),
            Text("/feedback", """[{"request_id":"7d","actual":"a"},{"request_id":"7d","row":3,"actual":1}]"""),
            Text(Infer, """{"id":"é\n","inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[[1,2e2,1,-3.5]]}],"outputs":[{"name":"label"}]}"""),
            Text(Infer, """{"parameters":{"a":1,"b":"x","c":true},"inputs":[{"name":"input","parameters":{"x":1},"shape":[2,4],"datatype":"FP32","data":[1,2,1,4,5,6,0,8]}]}"""),
            Raw("""{"inputs":[{"name":"input","shape":[2,4],"datatype":"FP32","parameters":{"binary_data_size":32}}],"parameters":{"binary_data_output":true}}""", raw),
            Raw("""{"inputs":[{"name":"input","shape":[2,4],"datatype":"FP32","parameters":{"binary_data_size":32}}],"outputs":[{"name":"label","parameters":{"binary_data":true}}]}""", raw),
            new FuzzSeed(Binary, Infer, "application/octet-stream", raw, 0),
            new FuzzSeed(Grpc, "/inference.GRPCInferenceService/ModelInfer", "application/grpc", call.ToArray()),
            new FuzzSeed(Grpc, "/inference.GRPCInferenceService/ModelInfer", "application/grpc", contents.ToArray()),
            new FuzzSeed(Grpc, "/inference.GRPCInferenceService/ModelMetadata", "application/grpc", new ProtoMessage().Text(1, "m").Text(2, "m-1").ToArray()),
        ];
    }

    private static FuzzSeed[] BuildLookup()
    {
        // Numbers to go wrong by their value, and a text in which an edit does no harm: together they are most of a body.
        const int Count = 24;
        string id = new('i', 60);
        string numbers = string.Join(',', Enumerable.Repeat("1,2", Count / 2));
        byte[] raw = [.. Enumerable.Range(0, Count).SelectMany(i => BitConverter.GetBytes(1L + i % 2))];
        string Input(string more) => $$$"""{"id":"{{{id}}}","inputs":[{"name":"x","shape":[{{{Count}}}],"datatype":"INT64",{{{more}}}}]}""";
        ProtoMessage Tensor() => new ProtoMessage().Text(1, "x").Text(2, "INT64").Number(3, Count);
        ProtoMessage call = new ProtoMessage().Text(1, "m").Text(3, id).Message(5, Tensor()).Bytes(7, raw);
        ProtoMessage contents = new ProtoMessage().Text(1, "m").Text(3, id).Message(5, Tensor().Message(5, new ProtoMessage().Bytes(3, [.. Enumerable.Range(0, Count).Select(i => (byte)(1 + i % 2))])));
        return
        [
            Text("/v1/models/m:predict", $$"""{"signature_name":"{{id}}","instances":[{{numbers}}]}"""),
            Text(Infer, Input($"\"data\":[{numbers}]")),
            Raw(Input($"\"parameters\":{{\"binary_data_size\":{raw.Length}}}"), raw),
            new FuzzSeed(Grpc, "/inference.GRPCInferenceService/ModelInfer", "application/grpc", call.ToArray()),
            new FuzzSeed(Grpc, "/inference.GRPCInferenceService/ModelInfer", "application/grpc", contents.ToArray()),
        ];
    }

    private static FuzzSeed Text(string path, string json, string type = JsonType) => new(Json, path, type, Encoding.UTF8.GetBytes(json));

    private static FuzzSeed Raw(string json, byte[] raw)
    {
        byte[] head = Encoding.UTF8.GetBytes(json);
        return new FuzzSeed(Binary, Infer, "application/octet-stream", [.. head, .. raw], head.Length);
    }
}
