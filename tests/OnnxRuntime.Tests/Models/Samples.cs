namespace Canario.TestModels;

/// <summary>Models that several test projects use.</summary>
public static class Samples
{
    /// <summary>Every element type that ONNX Runtime's Identity takes, by V2 name.</summary>
    public static IReadOnlyDictionary<string, int> Types { get; } = new Dictionary<string, int>
    {
        ["FP32"] = 1,
        ["UINT8"] = 2,
        ["INT8"] = 3,
        ["UINT16"] = 4,
        ["INT16"] = 5,
        ["INT32"] = 6,
        ["INT64"] = 7,
        ["BYTES"] = 8,
        ["BOOL"] = 9,
        ["FP16"] = 10,
        ["FP64"] = 11,
        ["UINT32"] = 12,
        ["UINT64"] = 13,
        ["BF16"] = 16,
    };

    /// <summary>y = x, of any shape of rank 2.</summary>
    public static byte[] Identity(int type) => new OnnxGraph()
        .Input("x", type, "n", "m").Output("y", type, "n", "m")
        .Node("Identity", ["x"], ["y"])
        .Metadata("purpose", "test")
        .Build();

    /// <summary>Input [n, features] → dense, ReLU, dense, softmax → probabilities [n, classes] and label [n]. Weights from a seed.</summary>
    public static byte[] Mlp(int features, int hidden, int classes, int seed = 1) => Mlp(new OnnxGraph(), features, hidden, classes, seed).Build();

    /// <summary>The same with its weights in files of their own, by turns.</summary>
    public static (byte[] Model, Dictionary<string, byte[]> Weights) MlpWithWeightsIn(int features, int hidden, int classes, params string[] locations)
    {
        OnnxGraph graph = Mlp(new OnnxGraph().KeepWeightsIn(locations), features, hidden, classes, 1);
        return (graph.Build(), graph.Outside());
    }

    /// <summary>As <see cref="Mlp"/>, in FP64.</summary>
    public static byte[] DoubleMlp(int features, int hidden, int classes)
    {
#pragma warning disable CA5394 // Weights of a test model need no secrecy.
        var random = new Random(4);
        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
#pragma warning restore CA5394
        return new OnnxGraph()
            .Input("input", 11, "n", features)
            .Output("probabilities", 11, "n", classes).Output("label", 7, "n")
            .Weights("w1", Draw(features * hidden), features, hidden).Weights("w2", Draw(hidden * classes), hidden, classes)
            .Node("MatMul", ["input", "w1"], ["h0"]).Node("Relu", ["h0"], ["h"])
            .Node("MatMul", ["h", "w2"], ["logits"])
            .Node("Softmax", ["logits"], ["probabilities"], OnnxGraph.Whole("axis", 1))
            .Node("ArgMax", ["logits"], ["label"], OnnxGraph.Whole("axis", 1), OnnxGraph.Whole("keepdims", 0))
            .Build();
    }

    /// <summary>Input [n, 256] → 1024 → 1024 → 16: 5 MB of weights, so that a row alone waits for memory and rows together share the wait.</summary>
    /// <param name="mixRows">The mean over all rows is taken off, so that a row's answer depends on the others.</param>
    public static byte[] WideMlp(bool mixRows = false)
    {
#pragma warning disable CA5394 // Weights of a test model need no secrecy.
        var random = new Random(2);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5) / 8)];
#pragma warning restore CA5394
        OnnxGraph graph = new OnnxGraph()
            .Input("input", 1, "n", 256).Output("y", 1, "n", 16)
            .Weights("w1", Draw(256 * 1024), 256, 1024).Weights("w2", Draw(1024 * 1024), 1024, 1024).Weights("w3", Draw(1024 * 16), 1024, 16)
            .Node("MatMul", ["input", "w1"], ["a"]).Node("Relu", ["a"], ["b"])
            .Node("MatMul", ["b", "w2"], ["c"]).Node("Relu", ["c"], ["d"])
            .Node("MatMul", ["d", "w3"], [mixRows ? "e" : "y"]);
        if (mixRows) graph.Node("ReduceMean", ["e"], ["mean"], OnnxGraph.Wholes("axes", 0)).Node("Sub", ["e", "mean"], ["y"]);
        return graph.Build();
    }

    /// <summary>Input [n, 3, 48, 192] → four convolutions → [n, 8]: about a millisecond a row on one core.</summary>
    public static byte[] Cnn()
    {
#pragma warning disable CA5394 // Weights of a test model need no secrecy.
        var random = new Random(3);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5) / 4)];
#pragma warning restore CA5394
        OnnxGraph graph = new OnnxGraph().Input("input", 1, "n", 3, 48, 192).Output("y", 1, "n", 8);
        int[] channels = [3, 32, 64, 96, 128];
        string from = "input";
        for (int i = 0; i + 1 < channels.Length; i++)
        {
            graph.Weights($"k{i}", Draw(channels[i + 1] * channels[i] * 9), channels[i + 1], channels[i], 3, 3)
                .Node("Conv", [from, $"k{i}"], [$"c{i}"], OnnxGraph.Wholes("strides", 2, 2), OnnxGraph.Wholes("pads", 1, 1, 1, 1))
                .Node("Relu", [$"c{i}"], [$"r{i}"]);
            from = $"r{i}";
        }

        return graph
            .Weights("w", Draw(channels[^1] * 8), channels[^1], 8)
            .Node("GlobalAveragePool", [from], ["pooled"])
            .Node("Flatten", ["pooled"], ["flat"])
            .Node("MatMul", ["flat", "w"], ["y"])
            .Build();
    }

    /// <summary>probabilities [n, 2] → sequence of maps from class name to probability.</summary>
    public static byte[] ZipMap() => new OnnxGraph()
        .Input("x", 1, "n", 2).OutputSequenceOfMaps("maps", 8)
        .Node("ai.onnx.ml", "ZipMap", ["x"], ["maps"], OnnxGraph.Texts("classlabels_strings", "no", "yes"))
        .Build();

    /// <summary>Two inputs and three outputs: numbers = a, whole = b, text = c as they came; c is of strings.</summary>
    public static byte[] Trio() => new OnnxGraph()
        .Input("a", 1, "n", 2).Input("b", 7, "n").Input("c", 8, "n", 1)
        .Output("numbers", 1, "n", 2).Output("whole", 7, "n").Output("text", 8, "n", 1)
        .Node("Identity", ["a"], ["numbers"]).Node("Identity", ["b"], ["whole"]).Node("Identity", ["c"], ["text"])
        .Build();

    /// <summary>y = table[x]: fails for an x outside 0..2, whatever the checks before.</summary>
    public static byte[] Lookup() => new OnnxGraph()
        .Input("x", 7, "n").Output("y", 1, "n")
        .Weights("table", [10f, 20f, 30f], 3)
        .Node("Gather", ["table", "x"], ["y"])
        .Build();

    private static OnnxGraph Mlp(OnnxGraph graph, int features, int hidden, int classes, int seed)
    {
#pragma warning disable CA5394 // Weights of a test model need no secrecy.
        var random = new Random(seed);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1) / MathF.Sqrt(hidden) * 2)];
#pragma warning restore CA5394
        return graph
            .Input("input", 1, "n", features)
            .Output("probabilities", 1, "n", classes).Output("label", 7, "n")
            .Weights("w1", Draw(features * hidden), features, hidden).Weights("b1", Draw(hidden), hidden)
            .Weights("w2", Draw(hidden * classes), hidden, classes).Weights("b2", Draw(classes), classes)
            .Node("Gemm", ["input", "w1", "b1"], ["h0"]).Node("Relu", ["h0"], ["h"])
            .Node("Gemm", ["h", "w2", "b2"], ["logits"])
            .Node("Softmax", ["logits"], ["probabilities"], OnnxGraph.Whole("axis", 1))
            .Node("ArgMax", ["logits"], ["label"], OnnxGraph.Whole("axis", 1), OnnxGraph.Whole("keepdims", 0));
    }
}
