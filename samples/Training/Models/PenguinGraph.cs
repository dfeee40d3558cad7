using Canario.Training.Data;
using Canario.Training.Learning;
using Canario.Training.Onnx;

namespace Canario.Training.Models;

/// <summary>The part of the graph that is the same for every penguin model: from named inputs to the network's last layer.</summary>
internal sealed record PenguinGraph(PenguinFeatures Features, Scaling Scaling, Network Network)
{
    /// <summary>Rows of the island table that are exported.</summary>
    public int IslandRows { get; init; } = PenguinFeatures.Island.Categories.Length;

    /// <summary>Returns the name of the last layer's output, [N, classes].</summary>
    public string Write(OnnxGraph graph)
    {
        graph.Input(PenguinFeatures.NumberTensor, ElementType.Float, Features.Numbers.Length);
        graph.Input(PenguinFeatures.CategoryTensor, ElementType.Int64, Features.Categories.Length);
        graph.Constant("mean", Scaling.Means, Scaling.Means.Length);
        graph.Constant("deviation", Scaling.Deviations, Scaling.Deviations.Length);
        graph.Node("Sub", "centred", [PenguinFeatures.NumberTensor, "mean"]);
        List<string> parts = [graph.Node("Div", "scaled", ["centred", "deviation"])];
        for (var i = 0; i < Features.Categories.Length; i++)
            parts.Add(Code(graph, Features.Categories[i], i));
        var value = graph.Node("Concat", "row", [.. parts], ("axis", 1));
        for (var i = 0; i < Network.Layers.Count; i++)
        {
            var layer = Network.Layers[i];
            graph.Constant($"weights_{i}", layer.Weights, layer.Inputs, layer.Outputs);
            graph.Constant($"biases_{i}", layer.Biases, layer.Outputs);
            value = graph.Node("Gemm", $"layer_{i}", [value, $"weights_{i}", $"biases_{i}"]);
            if (i < Network.Layers.Count - 1)
                value = graph.Node("Relu", $"hidden_{i}", [value]);
        }
        return value;
    }

    private string Code(OnnxGraph graph, CategoryColumn category, int column)
    {
        var rows = category == PenguinFeatures.Island ? IslandRows : category.Codes.Length;
        double[] codes = [.. category.Codes.Take(rows).SelectMany(code => code)];
        graph.Index($"{category.Name}_column", column);
        graph.Constant($"{category.Name}_codes", codes, rows, category.Width);
        graph.Node("Gather", $"{category.Name}_index", [PenguinFeatures.CategoryTensor, $"{category.Name}_column"], ("axis", 1));
        return graph.Node("Gather", $"{category.Name}_code", [$"{category.Name}_codes", $"{category.Name}_index"], ("axis", 0));
    }
}
