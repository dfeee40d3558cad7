using Canario.Contract;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Predict;

/// <summary>One output as <c>/predict</c> answers it.</summary>
/// <param name="Name">In answers, the baseline and metrics.</param>
/// <param name="Output">Index among the served outputs.</param>
/// <param name="Type">Element type of the tensor.</param>
/// <param name="Kind">What it means.</param>
/// <param name="Classes">Names of the classes; empty: unnamed.</param>
internal sealed record OutputPlan(string Name, int Output, TensorElementType Type, OutputKind Kind, IReadOnlyList<string> Classes)
{
    public string ClassName(long index) => index >= 0 && index < Classes.Count
        ? Classes[(int)index]
        : index.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <exception cref="ModelLoadException">metadata.json names an output that the model has not, or contradicts its type.</exception>
    public static IReadOnlyList<OutputPlan> Build(ModelMetadata? metadata, IReadOnlyList<ValueInfo> outputs)
    {
        // Without a description every output is a value, but for maps: only class probabilities come as those.
        if (metadata is null || metadata.Outputs.Count == 0)
            return [.. outputs.Select((output, index) => new OutputPlan(output.Name, index, output.ElementType, output.Map is null ? OutputKind.Value : OutputKind.Probabilities, []))];
        return [.. metadata.Outputs.Select(schema => Build(schema, outputs))];
    }

    private static OutputPlan Build(OutputSchema schema, IReadOnlyList<ValueInfo> outputs)
    {
        int index = outputs.ToList().FindIndex(output => output.Name == schema.Tensor);
        if (index < 0) throw Wrong(schema, $"is '{schema.Tensor}'; the model gives {TensorNames.List(outputs.Select(output => output.Name))}");
        TensorElementType type = outputs[index].ElementType;
        OutputKind kind = schema.Kind switch
        {
            "value" => OutputKind.Value,
            "probabilities" => OutputKind.Probabilities,
            "label" => OutputKind.Label,
            _ => throw Wrong(schema, $"has kind '{schema.Kind}'; value, probabilities and label are known"),
        };
        if (kind == OutputKind.Probabilities && type is not (TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16))
            throw Wrong(schema, $"are probabilities in a tensor of {Datatypes.NameOf(type)}");
        return new OutputPlan(schema.Name, index, type, kind, schema.Classes);
    }

    private static ModelLoadException Wrong(OutputSchema schema, string what) =>
        new(ExitCodes.ModelLoadFailed, $"{ModelFiles.Metadata}: output '{schema.Name}' {what}");
}
