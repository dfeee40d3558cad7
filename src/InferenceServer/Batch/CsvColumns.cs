using System.Text;
using System.Text.Unicode;
using Canario.Contract;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Batch;

/// <summary>Knows which column is which feature, and turns records into the objects that <c>/predict</c> takes: one code checks both.</summary>
internal sealed class CsvColumns
{
    private const int MostColumns = 16_384;

    // A null feature: the column is kept, not read.
    private readonly PlannedFeature?[] _features;
    private readonly char _delimiter;

    private CsvColumns(IReadOnlyList<string> names, PlannedFeature?[] features, char delimiter)
    {
        Names = names;
        _features = features;
        _delimiter = delimiter;
    }

    public IReadOnlyList<string> Names { get; }

    /// <exception cref="BatchException">The header is none.</exception>
    public static IReadOnlyList<string> ReadHeader(ReadOnlySpan<byte> record, char delimiter)
    {
        if (!Utf8.IsValid(record)) throw Wrong("is not UTF-8");
        var names = new List<string>();
        var fields = new CsvFields(record, delimiter);
        while (fields.TryTake(out ReadOnlySpan<byte> field) && names.Count <= MostColumns) names.Add(Encoding.UTF8.GetString(field).Trim());
        if (fields.Error is { } error) throw Wrong($"cannot be read: {error}");
        return names.Count <= MostColumns ? names : throw Wrong($"has more than {MostColumns} columns");
    }

    /// <exception cref="BatchException">A column is no feature, or a feature has no column.</exception>
    public static CsvColumns Build(IReadOnlyList<string> names, FeaturePlan plan, IReadOnlyList<string> keep, char delimiter)
    {
        var features = new PlannedFeature?[names.Count];
        for (int i = 0; i < features.Length; i++)
        {
            if (names.Take(i).Contains(names[i])) throw Wrong($"has column {TensorNames.Quote(names[i])} twice");
            features[i] = Array.Find(plan.Features, feature => feature.Name == names[i]);
            if (features[i] is null && !keep.Contains(names[i]))
            {
                throw Wrong($"has column {TensorNames.Quote(names[i])}, which is no feature; the model takes {TensorNames.List(plan.Features.Select(f => f.Name))}."
                    + " --keep copies other columns to the output");
            }
        }

        if (keep.FirstOrDefault(name => !names.Contains(name)) is { } missing) throw Wrong($"has no column {TensorNames.Quote(missing)}, which --keep names");
        PlannedFeature? without = Array.Find(plan.Features, feature => !feature.HasDefault && !names.Contains(feature.Name));
        return without is null
            ? new CsvColumns(names, features, delimiter)
            : throw Wrong($"has no column for feature '{without.Name}', which has no default and takes {without.Allowed()}");
    }

    /// <returns>What is wrong with the record; null: nothing.</returns>
    public string? ToJson(ReadOnlySpan<byte> record, JsonOutput output)
    {
        if (!Utf8.IsValid(record)) return "the row is not UTF-8";
        var fields = new CsvFields(record, _delimiter);
        int count = 0;
        output.Raw("{"u8);
        for (; fields.TryTake(out ReadOnlySpan<byte> field); count++)
        {
            if (count >= _features.Length) continue;
            if (count > 0) output.Raw(","u8);
            output.Text(Names[count]).Raw(":"u8);
            WriteValue(output, _features[count], field);
        }

        output.Raw("}"u8);
        if (fields.Error is { } error) return error;
        return count == _features.Length ? null : $"the row has {count} fields; the header has {_features.Length}";
    }

    private static void WriteValue(JsonOutput output, PlannedFeature? feature, ReadOnlySpan<byte> field)
    {
        bool isText = feature is null or { Kind: FeatureKind.CategoryIndex or FeatureKind.CategoryOneHot or FeatureKind.CategoryText };
        if (!isText) field = field.Trim(" \t"u8);
        // An empty field is a value that was not measured, unless it is one of the values.
        if (field.IsEmpty && !(isText && feature?.Schema.Categories.Contains("") == true)) output.Raw("null"u8);
        else if (feature is { Kind: FeatureKind.Number or FeatureKind.Whole } && NumberScanner.TryScan(field, out ScannedNumber number) && number.Length == field.Length) output.Raw(field);
        else if (feature is { Kind: FeatureKind.Boolean } && IsOneOf(field, "true", "1")) output.Raw("true"u8);
        else if (feature is { Kind: FeatureKind.Boolean } && IsOneOf(field, "false", "0")) output.Raw("false"u8);
        else output.Text(Encoding.UTF8.GetString(field));
    }

    private static bool IsOneOf(ReadOnlySpan<byte> field, string word, string digit) => Ascii.EqualsIgnoreCase(field, word) || Ascii.Equals(field, digit);

    private static BatchException Wrong(string what) => new(ExitCodes.BatchInputFailed, "the input's header " + what);
}
