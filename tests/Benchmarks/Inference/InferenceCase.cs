using System.Globalization;
using Canario.TestModels;

namespace Canario.Benchmarks.Inference;

/// <summary>A model, the request that is sent and the limits on what serving it may cost.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Model">ONNX bytes; the input is named <c>input</c> and is of floats.</param>
/// <param name="Shape">Of one request's input.</param>
/// <param name="Connections">Requests at once.</param>
/// <param name="MostCpuOfRaw">Limit of the server's CPU a request over that of a run of the session alone; null: only shown.</param>
/// <param name="MostCpuOfBare">Limit of the server's CPU a request over that of a bare endpoint which reads the same body; null: only shown.</param>
internal sealed record InferenceCase(string Name, byte[] Model, long[] Shape, int Connections, double? MostCpuOfRaw, double? MostCpuOfBare)
{
    // A model of some microseconds is drowned by HTTP, so the bare endpoint is its measure; a larger one is measured by its own run.
    public static IReadOnlyList<InferenceCase> All { get; } =
    [
        new("mlp 16-16-3, c=1", Samples.Mlp(16, 16, 3), [1, 16], 1, null, 2.5),
        new("mlp 16-16-3, c=64", Samples.Mlp(16, 16, 3), [1, 16], 64, null, 6),
        new("mlp 5 MB, c=64", Samples.WideMlp(), [1, 256], 64, 3, null),
        new("cnn 3x48x192, c=8", Samples.Cnn(), [1, 3, 48, 192], 8, 6, null),
    ];

    public int Elements => (int)Shape.Aggregate(1L, (product, size) => product * size);

    public static float ValueAt(int index) => MathF.Sin(index);

    public string JsonBody()
    {
        string data = string.Join(',', Enumerable.Range(0, Elements).Select(i => ValueAt(i).ToString("R", CultureInfo.InvariantCulture)));
        return $$"""{"inputs":[{"name":"input","shape":[{{string.Join(',', Shape)}}],"datatype":"FP32","data":[{{data}}]}]}""";
    }
}
