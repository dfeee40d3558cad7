using System.Text;
using Canario.Contract;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Predict;

/// <summary>A feature with its place in the input tensors.</summary>
/// <param name="schema">As the model's metadata has it.</param>
/// <param name="kind">What is sent, and how it becomes elements.</param>
/// <param name="input">Index of the model's input.</param>
/// <param name="type">Of its elements.</param>
/// <param name="columns">Of the whole input.</param>
internal sealed class PlannedFeature(FeatureSchema schema, FeatureKind kind, int input, TensorElementType type, int columns)
{
    public FeatureSchema Schema { get; } = schema;
    public string Name => Schema.Name;
    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(schema.Name);
    public FeatureKind Kind { get; } = kind;
    /// <summary>Index of the model's input.</summary>
    public int Input { get; } = input;
    public int Column => Schema.Column;
    /// <summary>Columns that it fills.</summary>
    public int Width { get; } = kind == FeatureKind.CategoryOneHot ? schema.Categories.Count : 1;
    /// <summary>Columns of the whole input.</summary>
    public int Columns { get; } = columns;
    public byte[][] Utf8Categories { get; } = [.. schema.Categories.Select(Encoding.UTF8.GetBytes)];
    public bool HasDefault { get; } = schema.Default is not null;
    /// <summary>The default as a number or category index; NaN for a default of null.</summary>
    public double DefaultNumber { get; init; }
    public string DefaultText { get; init; } = "";

    /// <summary>The whole numbers that the tensor takes; null: it takes others too.</summary>
    public (Int128 Minimum, Int128 Maximum)? WholeRange { get; } = type == TensorElementType.Bool ? (0, 1) : Datatypes.WholeRange(type);

    /// <summary>Not every value of the tensor's type is one of the feature.</summary>
    public bool IsLimited => Kind switch
    {
        FeatureKind.Number => Schema.Minimum is not null || Schema.Maximum is not null,
        FeatureKind.Whole => Schema.Minimum is not null || Schema.Maximum is not null || WholeRange is null,
        FeatureKind.CategoryText => Schema.Categories.Count > 0,
        _ => true,
    };

    // As the tensor's type has the bounds: 0.1 as a float is a little more than 0.1.
    private readonly double? _lowest = AsElement(type, schema.Minimum);
    private readonly double? _highest = AsElement(type, schema.Maximum);

    /// <summary>Whether an element of the tensor may have this value. The default may stand wherever the value was not measured, in the range or not.</summary>
    public bool Takes(double value) => IsAllowed(value) || (HasDefault && Kind != FeatureKind.CategoryOneHot && AsElement(type, DefaultNumber)!.Value.Equals(value));

    /// <summary>Of a value as it was sent, before it is rounded to the tensor's type.</summary>
    public bool IsInRange(double value) => !(value < Schema.Minimum) && !(value > Schema.Maximum);

    /// <summary>What the feature takes, for messages.</summary>
    public string Allowed() => Kind switch
    {
        FeatureKind.Number or FeatureKind.Whole => (Kind == FeatureKind.Whole || WholeRange is not null ? "a whole number" : "a number") + Range(),
        FeatureKind.Boolean => "true or false",
        _ when Schema.Categories.Count == 0 => "a string",
        _ => "one of " + TensorNames.List(Schema.Categories),
    };

    /// <summary>What its elements in the tensor take, for messages.</summary>
    public string AllowedAsElement() => Kind switch
    {
        FeatureKind.CategoryIndex => $"a whole number from 0 to {Schema.Categories.Count - 1}, the place of one of {TensorNames.List(Schema.Categories)}",
        FeatureKind.CategoryOneHot => "0 or 1, 1 in one of its columns at most",
        FeatureKind.Boolean => "0 or 1",
        _ => Allowed(),
    };

    private bool IsAllowed(double value) => Kind switch
    {
        FeatureKind.Number or FeatureKind.Whole => double.IsFinite(value) && !(value < _lowest) && !(value > _highest) && (Kind == FeatureKind.Number || value == Math.Floor(value)),
        FeatureKind.CategoryIndex => value >= 0 && value < Schema.Categories.Count && value == Math.Floor(value),
        _ => value is 0 or 1,
    };

    private static double? AsElement(TensorElementType type, double? bound) => bound is not { } value ? null : type switch
    {
        TensorElementType.Float => (float)value,
        TensorElementType.Float16 => (double)(Half)value,
        TensorElementType.BFloat16 => ElementJson.FromBrainFloat(ElementJson.ToBrainFloat(value)),
        _ => value,
    };

    private string Range()
    {
        // Of the tensor's type where that is narrower.
        string? low = Schema.Minimum is { } minimum && !((double?)WholeRange?.Minimum > minimum) ? FormattableString.Invariant($"{minimum}") : WholeRange?.Minimum.ToString(null, null);
        string? high = Schema.Maximum is { } maximum && !((double?)WholeRange?.Maximum < maximum) ? FormattableString.Invariant($"{maximum}") : WholeRange?.Maximum.ToString(null, null);
        return (low, high) switch
        {
            (not null, not null) => $" from {low} to {high}",
            (not null, null) => $" of at least {low}",
            (null, not null) => $" of at most {high}",
            _ => "",
        };
    }
}
