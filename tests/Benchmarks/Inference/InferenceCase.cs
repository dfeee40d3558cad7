using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Canario.Contract;
using Canario.TestModels;

namespace Canario.Benchmarks.Inference;

/// <summary>A model, the request that is sent and the limits on what serving it may cost.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Model">Reads or makes the ONNX bytes; one input, of floats.</param>
/// <param name="Shape">Of one request's input.</param>
/// <param name="IsBinary">Raw tensors both ways; else JSON.</param>
/// <param name="Connections">Requests at once.</param>
/// <param name="MostCpuOfRaw">Limit of the server's CPU a request over that of a run of the session alone; null: only shown.</param>
/// <param name="MostCpuOfBare">Limit of the server's CPU a request over that of a bare endpoint which reads the same body; null: only shown.</param>
/// <param name="LeastRateOfBare">Limit of the server's requests a second over the bare endpoint's; null: only shown.</param>
/// <param name="MostBytes">Limit of what a request leaves to the collector beyond what the bare endpoint's does; null: only shown.</param>
/// <param name="Described">With a schema and a baseline: everything that the server can watch is watched, and clients are limited.</param>
/// <param name="Input">Name of the model's input.</param>
/// <param name="IsImage">Values of 0 to 1 with four decimals, as of scaled pixels; else of all their digits, from -1 to 1.</param>
internal sealed record InferenceCase(
    string Name, Func<byte[]> Model, long[] Shape, bool IsBinary, int Connections, double? MostCpuOfRaw, double? MostCpuOfBare,
    double? LeastRateOfBare = null, int? MostBytes = null, bool Described = false, string Input = "input", bool IsImage = false)
{
    private static readonly string[] s_classes = ["a", "b", "c"];

    // A model of some microseconds is drowned by HTTP, so the bare endpoint is its measure; a larger one is measured by its own run.
    public static IReadOnlyList<InferenceCase> All { get; } =
    [
        new("mlp, JSON, c=1", () => Samples.Mlp(16, 16, 3), [1, 16], false, 1, null, 2.5, MostBytes: 1024),
        new("mlp, JSON, c=64", () => Samples.Mlp(16, 16, 3), [1, 16], false, 64, null, 5, MostBytes: 1024),
        new("mlp, binary, c=64", () => Samples.Mlp(16, 16, 3), [1, 16], true, 64, null, 4, MostBytes: 1024),
        new("the same, all on", () => Samples.Mlp(16, 16, 3), [1, 16], true, 64, null, 4, 0.75, 1024, Described: true),
        Wide,
        new("cls, JSON, c=8", PublishedModels.Cls, [1, 3, 48, 192], false, 8, 1.5, null, MostBytes: 1024, Input: "x", IsImage: true),
        new("cls, binary, c=8", PublishedModels.Cls, [1, 3, 48, 192], true, 8, 1.25, null, MostBytes: 1024, Input: "x", IsImage: true),
        // As large an input for a model of less than half the work, with all the digits of its numbers: what is not the model shows more.
        new("light cnn, JSON, c=8", Samples.Cnn, [1, 3, 48, 192], false, 8, null, null, MostBytes: 1024),
        new("light cnn, binary, c=8", Samples.Cnn, [1, 3, 48, 192], true, 8, null, null, MostBytes: 1024),
    ];

    /// <summary>Five megabytes of weights: joined requests share the wait for memory.</summary>
    public static InferenceCase Wide => new("mlp 5 MB, binary, c=64", () => Samples.WideMlp(), [1, 256], true, 64, 3, null, MostBytes: 1024);

    public int Elements => (int)Shape.Aggregate(1L, (product, size) => product * size);

    public static InferenceCase Named(string name) => All.Single(@case => @case.Name == name);

    public IReadOnlyList<string> Options => Described ? ["--requests-per-second", "1000000"] : [];

    /// <summary>The model's file, and those beside it.</summary>
    public void Write(string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, ModelFiles.Model), Model());
        if (!Described) return;
        File.WriteAllText(Path.Combine(folder, ModelFiles.Metadata), JsonSerializer.Serialize(Metadata(), ContractJson.Default.ModelMetadata));
        File.WriteAllText(Path.Combine(folder, ModelFiles.Baseline), JsonSerializer.Serialize(Baseline(), ContractJson.Default.ModelBaseline));
    }

    public float ValueAt(int index) => IsImage ? MathF.Round(MathF.Abs(MathF.Sin(index)), 4) : MathF.Sin(index);

    /// <summary>The head of a request that the tensor's bytes follow, or a whole one.</summary>
    public string Json()
    {
        string data = IsBinary
            ? $$"""
            "parameters":{"binary_data_size":{{Elements * sizeof(float)}}}
            """
            : $"\"data\":[{string.Join(',', Enumerable.Range(0, Elements).Select(i => ValueAt(i).ToString("R", CultureInfo.InvariantCulture)))}]";
        string choice = IsBinary ? "\"parameters\":{\"binary_data_output\":true}," : "";
        return $$"""{{{choice}}"inputs":[{"name":"{{Input}}","shape":[{{string.Join(',', Shape)}}],"datatype":"FP32",{{data}}}]}""";
    }

    private ModelMetadata Metadata() => new()
    {
        Name = "model",
        Features = [.. Enumerable.Range(0, Elements).Select(i => new FeatureSchema { Name = $"f{i}", Type = "number", Tensor = "input", Column = i, Minimum = -10, Maximum = 10 })],
        Outputs = [new OutputSchema { Name = "class", Tensor = "probabilities", Kind = "probabilities", Classes = s_classes }],
    };

    private ModelBaseline Baseline()
    {
        double[] edges = [.. Enumerable.Range(-5, 11).Select(i => i / 5.0)];
        long[] counts = [.. Enumerable.Repeat(10L, edges.Length + 1)];
        return new()
        {
            Samples = counts.Sum(),
            Features = [.. Enumerable.Range(0, Elements).Select(i => new BaselineHistogram { Name = $"f{i}", Edges = edges, Counts = counts })],
            Predictions = [new BaselineHistogram { Name = "class", Categories = s_classes, Counts = [50, 40, 30] }],
        };
    }

    public byte[] Body()
    {
        byte[] json = Encoding.UTF8.GetBytes(Json());
        return IsBinary ? [.. json, .. Raw()] : json;
    }

    /// <summary>The tensor's elements.</summary>
    public byte[] Raw()
    {
        float[] values = [.. Enumerable.Range(0, Elements).Select(ValueAt)];
        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }
}
