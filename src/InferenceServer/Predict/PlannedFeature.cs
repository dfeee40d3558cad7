using System.Text;
using Canario.Contract;

namespace Canario.InferenceServer.Predict;

/// <summary>A feature with its place in the input tensors.</summary>
internal sealed class PlannedFeature(FeatureSchema schema, FeatureKind kind, int input, int column, int columns)
{
    public FeatureSchema Schema { get; } = schema;
    public string Name => Schema.Name;
    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(schema.Name);
    public FeatureKind Kind { get; } = kind;
    /// <summary>Index of the model's input.</summary>
    public int Input { get; } = input;
    public int Column { get; } = column;
    /// <summary>Columns of the whole input.</summary>
    public int Columns { get; } = columns;
    public byte[][] Utf8Categories { get; } = [.. schema.Categories.Select(Encoding.UTF8.GetBytes)];
    public bool HasDefault { get; } = schema.Default is not null;
    /// <summary>The default as a number or category index; NaN for a default of null.</summary>
    public double DefaultNumber { get; init; }
    public string DefaultText { get; init; } = "";

    /// <summary>What the feature takes, for messages.</summary>
    public string Allowed()
    {
        string range = (Schema.Minimum, Schema.Maximum) switch
        {
            ({ } low, { } high) => FormattableString.Invariant($" from {low} to {high}"),
            ({ } low, null) => FormattableString.Invariant($" of at least {low}"),
            (null, { } high) => FormattableString.Invariant($" of at most {high}"),
            _ => "",
        };
        return Kind switch
        {
            FeatureKind.Number => "a number" + range,
            FeatureKind.Whole => "a whole number" + range,
            FeatureKind.Boolean => "true or false",
            _ when Schema.Categories.Count == 0 => "a string",
            _ => "one of " + Tensors.TensorNames.List(Schema.Categories),
        };
    }
}
