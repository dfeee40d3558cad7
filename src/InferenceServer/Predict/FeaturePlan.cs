using System.Text.Json;
using Canario.Contract;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Predict;

/// <summary>The named features of a model, checked against its inputs when it is loaded so that requests cannot find a contradiction.</summary>
internal sealed class FeaturePlan
{
    private readonly Dictionary<string, int> _byName;

    private FeaturePlan(PlannedFeature[] features, int[] columns)
    {
        Features = features;
        Columns = columns;
        _byName = features.Select((feature, index) => (feature.Name, index)).ToDictionary(pair => pair.Name, pair => pair.index, StringComparer.Ordinal);
        HasDefaults = features.Any(feature => feature.HasDefault);
        Limited = Array.FindAll(features, feature => feature.IsLimited);
        Slices = SlicePlan.Build(features);
    }

    public PlannedFeature[] Features { get; }

    /// <summary>Those that do not take every value of their tensor's type.</summary>
    public PlannedFeature[] Limited { get; }

    /// <summary>Columns of each of the model's inputs.</summary>
    public int[] Columns { get; }

    public bool HasDefaults { get; }

    /// <summary>Null: requests are not divided into slices.</summary>
    public SlicePlan? Slices { get; }

    /// <summary>Index of a feature by its name; <paramref name="expected"/> is tried first, as clients send features in a fixed order.</summary>
    public int Find(ReadOnlySpan<byte> name, int expected)
    {
        if (expected < Features.Length && name.SequenceEqual(Features[expected].Utf8Name)) return expected;
        return _byName.TryGetValue(System.Text.Encoding.UTF8.GetString(name), out int index) ? index : -1;
    }

    /// <exception cref="ModelLoadException">metadata.json contradicts itself or the model.</exception>
    public static FeaturePlan Build(ModelMetadata metadata, IReadOnlyList<ValueInfo> inputs)
    {
        var features = new List<PlannedFeature>();
        int[] columns = [.. inputs.Select((input, index) => ColumnsOf(metadata, input))];
        var taken = columns.Select(count => new string?[count]).ToArray();
        foreach (FeatureSchema schema in metadata.Features)
        {
            if (features.Any(other => other.Name == schema.Name)) throw Wrong(schema, "is listed twice");
            int input = FindInput(schema, inputs);
            FeatureKind kind = KindOf(schema, inputs[input].ElementType);
            int width = WidthOf(schema);
            for (int column = schema.Column; column < schema.Column + width; column++)
            {
                if (column < 0 || column >= columns[input])
                    throw Wrong(schema, $"lies at column {column} of '{schema.Tensor}', which has {columns[input]}");
                if (taken[input][column] is { } other) throw Wrong(schema, $"lies at column {column} of '{schema.Tensor}', as '{other}' does");
                taken[input][column] = schema.Name;
            }

            features.Add(WithDefault(schema, kind, input, inputs[input].ElementType, columns[input]));
        }

        for (int i = 0; i < taken.Length; i++)
        {
            int free = Array.IndexOf(taken[i], null);
            if (free >= 0 || taken[i].Length == 0)
                throw new ModelLoadException(ExitCodes.ModelLoadFailed, $"{ModelFiles.Metadata}: no feature fills column {free} of input '{inputs[i].Name}'");
        }

        return new FeaturePlan([.. features], columns);
    }

    private static int WidthOf(FeatureSchema schema) => schema is { Type: "category", Encoding: "one-hot" } ? schema.Categories.Count : 1;

    private static int ColumnsOf(ModelMetadata metadata, ValueInfo input)
    {
        if (input.Shape.Count is 0 or > 2)
            throw new ModelLoadException(ExitCodes.ModelLoadFailed, $"{ModelFiles.Metadata}: features need inputs of shape [N] or [N, columns], '{input.Name}' has [{string.Join(',', input.Shape)}]");
        if (input.Shape.Count == 1) return 1;
        if (input.Shape[1] >= 0) return checked((int)input.Shape[1]);
        return metadata.Features.Where(feature => feature.Tensor == input.Name).Select(feature => feature.Column + WidthOf(feature)).DefaultIfEmpty(0).Max();
    }

    private static int FindInput(FeatureSchema schema, IReadOnlyList<ValueInfo> inputs)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].Name == schema.Tensor) return i;
        }

        throw Wrong(schema, $"goes into '{schema.Tensor}'; the model takes {TensorNames.List(inputs.Select(input => input.Name))}");
    }

    private static FeatureKind KindOf(FeatureSchema schema, TensorElementType type)
    {
        FeatureKind kind = (schema.Type, schema.Encoding) switch
        {
            ("number", _) => FeatureKind.Number,
            ("integer", _) => FeatureKind.Whole,
            ("boolean", _) => FeatureKind.Boolean,
            ("category", "index") => FeatureKind.CategoryIndex,
            ("category", "one-hot") => FeatureKind.CategoryOneHot,
            ("category", "string") => FeatureKind.CategoryText,
            ("category", _) => throw Wrong(schema, $"has encoding '{schema.Encoding}'; index, one-hot and string are known"),
            _ => throw Wrong(schema, $"has type '{schema.Type}'; number, integer, boolean and category are known"),
        };
        if (kind is FeatureKind.CategoryIndex or FeatureKind.CategoryOneHot && schema.Categories.Count == 0) throw Wrong(schema, "is a category without categories");
        if (kind == FeatureKind.CategoryText != (type == TensorElementType.String))
            throw Wrong(schema, $"of type {schema.Type} ({schema.Encoding}) does not fit an input of {Datatypes.NameOf(type)}");
        return kind;
    }

    private static PlannedFeature WithDefault(FeatureSchema schema, FeatureKind kind, int input, TensorElementType type, int columns)
    {
        double number = 0;
        string text = "";
        if (schema.Default is { } value)
        {
            bool fits = (kind, value.ValueKind) switch
            {
                (FeatureKind.Number, JsonValueKind.Null) => Set(double.NaN, out number),
                (FeatureKind.Number or FeatureKind.Whole, JsonValueKind.Number) => Set(value.GetDouble(), out number),
                (FeatureKind.Boolean, JsonValueKind.True) => Set(1, out number),
                (FeatureKind.Boolean, JsonValueKind.False) => Set(0, out number),
                (FeatureKind.CategoryIndex or FeatureKind.CategoryOneHot, JsonValueKind.String) =>
                    Set(schema.Categories.ToList().IndexOf(value.GetString()!), out number) && number >= 0,
                (FeatureKind.CategoryText, JsonValueKind.String) => true,
                _ => false,
            };
            if (!fits) throw Wrong(schema, "has a default that is not one of its values");
            if (kind == FeatureKind.CategoryText) text = value.GetString()!;
        }

        var feature = new PlannedFeature(schema, kind, input, type, columns) { DefaultNumber = number, DefaultText = text };
        // A default may lie outside the range, as a sign that nothing was measured; but not outside the type.
        if (feature is { HasDefault: true, WholeRange: { } range } && !(number >= (double)range.Minimum && number <= (double)range.Maximum && number == Math.Floor(number)))
            throw Wrong(schema, $"has a default that an input of {Datatypes.NameOf(type)} does not take");
        return feature;
    }

    private static bool Set(double value, out double target)
    {
        target = value;
        return true;
    }

    private static ModelLoadException Wrong(FeatureSchema schema, string what) =>
        new(ExitCodes.ModelLoadFailed, $"{ModelFiles.Metadata}: feature '{schema.Name}' {what}");
}
