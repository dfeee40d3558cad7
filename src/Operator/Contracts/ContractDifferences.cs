using System.Globalization;
using Canario.Contract;

namespace Canario.Operator.Contracts;

/// <summary>
/// What a caller of one revision would meet with another: requests that are refused, answers that mean something else. What only adds to what is taken or answered is no
/// difference. Pure.
/// </summary>
static class ContractDifferences
{
    private const int Told = 5;
    private const int ListedNames = 10;
    private const int LongestName = 64;

    /// <returns>For people, one sentence part a difference, the first few; null: none.</returns>
    public static string? Describe(ModelContract stable, ModelContract candidate)
    {
        List<string> found = [.. Inputs(stable, candidate), .. Outputs(stable, candidate), .. Features(stable, candidate), .. Predictions(stable, candidate)];
        if (found.Count == 0)
            return null;
        var rest = found.Count > Told ? string.Create(CultureInfo.InvariantCulture, $"; and {found.Count - Told} more") : "";
        return string.Join("; ", found.Take(Told)) + rest;
    }

    private static IEnumerable<string> Inputs(ModelContract stable, ModelContract candidate)
    {
        foreach (var (before, after) in Pairs(stable.Inputs, candidate.Inputs, t => t.Name))
        {
            if (after is null)
                yield return $"input {Quote(before!.Name)} is gone";
            else if (before is null)
                yield return $"input {Quote(after.Name)} is new and must be sent";
            else if (before.Datatype != after.Datatype)
                yield return $"input {Quote(before.Name)} is {after.Datatype}, was {before.Datatype}";
            else if (!Holds(after.Shape, before.Shape))
                yield return $"input {Quote(before.Name)} has shape {Shape(after)}, was {Shape(before)}";
        }
    }

    private static IEnumerable<string> Outputs(ModelContract stable, ModelContract candidate)
    {
        foreach (var (before, after) in Pairs(stable.Outputs, candidate.Outputs, t => t.Name))
        {
            if (before is null)
                continue;
            if (after is null)
                yield return $"output {Quote(before.Name)} is gone";
            else if (before.Datatype != after.Datatype)
                yield return $"output {Quote(before.Name)} is {after.Datatype}, was {before.Datatype}";
            else if (!MayBeEqual(before.Shape, after.Shape))
                yield return $"output {Quote(before.Name)} has shape {Shape(after)}, was {Shape(before)}";
        }
    }

    private static IEnumerable<string> Features(ModelContract stable, ModelContract candidate)
    {
        foreach (var (before, after) in Pairs(stable.Features, candidate.Features, f => f.Name))
        {
            if (after is null)
                yield return $"feature {Quote(before!.Name)} is gone";
            else if (before is null)
            {
                if (after.Default is null)
                    yield return $"feature {Quote(after.Name)} is new and required";
            }
            else if (Feature(before, after) is { } difference)
                yield return $"feature {Quote(before.Name)} {difference}";
        }
    }

    private static string? Feature(FeatureSchema before, FeatureSchema after)
    {
        if (before.Type != after.Type && (before.Type, after.Type) != ("integer", "number"))
            return $"is {Quote(after.Type)}, was {Quote(before.Type)}";
        if (before.Default is not null && after.Default is null)
            return "is required by now";
        if (after.Minimum > (before.Minimum ?? double.NegativeInfinity))
            return string.Create(CultureInfo.InvariantCulture, $"must be at least {after.Minimum}, was {Bound(before.Minimum)}");
        if (after.Maximum < (before.Maximum ?? double.PositiveInfinity))
            return string.Create(CultureInfo.InvariantCulture, $"must be at most {after.Maximum}, was {Bound(before.Maximum)}");
        string[] gone = [.. before.Categories.Except(after.Categories, StringComparer.Ordinal)];
        return gone.Length > 0 ? $"no longer takes {List(gone)}" : null;
    }

    private static IEnumerable<string> Predictions(ModelContract stable, ModelContract candidate)
    {
        foreach (var (before, after) in Pairs(stable.Predictions, candidate.Predictions, p => p.Name))
        {
            if (before is null)
                continue;
            if (after is null)
                yield return $"prediction {Quote(before.Name)} is gone";
            else if (before.Kind != after.Kind)
                yield return $"prediction {Quote(before.Name)} is {Quote(after.Kind)}, was {Quote(before.Kind)}";
            else if (!before.Classes.SequenceEqual(after.Classes, StringComparer.Ordinal))
                yield return $"prediction {Quote(before.Name)} has classes {List(after.Classes)}, had {List(before.Classes)}";
        }
    }

    /// <summary>By name, stable's in their order, then the candidate's own.</summary>
    private static IEnumerable<(T? Before, T? After)> Pairs<T>(IReadOnlyList<T> before, IReadOnlyList<T> after, Func<T, string> name) where T : class
    {
        var others = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var item in after)
            others.TryAdd(name(item), item);
        foreach (var item in before)
            yield return (item, others.GetValueOrDefault(name(item)));
        var known = before.Select(name).ToHashSet(StringComparer.Ordinal);
        foreach (var item in after.Where(item => !known.Contains(name(item))))
            yield return (null, item);
    }

    /// <summary>All shapes of the narrow one are shapes of the wide one.</summary>
    private static bool Holds(IReadOnlyList<long> wide, IReadOnlyList<long> narrow) =>
        wide.Count == narrow.Count && wide.Zip(narrow).All(d => d.First < 0 || d.First == d.Second);

    /// <summary>Many exporters leave lengths open that are always the same; an answer's are no promise of another one.</summary>
    private static bool MayBeEqual(IReadOnlyList<long> one, IReadOnlyList<long> other) =>
        one.Count == other.Count && one.Zip(other).All(d => d.First < 0 || d.Second < 0 || d.First == d.Second);

    private static string Shape(TensorContract tensor) => $"[{string.Join(',', tensor.Shape.Take(ListedNames))}]";

    private static string Bound(double? bound) => bound?.ToString(CultureInfo.InvariantCulture) ?? "unbounded";

    private static string List(IReadOnlyList<string> names) => names.Count switch
    {
        0 => "none",
        <= ListedNames => string.Join(", ", names.Select(Quote)),
        _ => string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", names.Take(ListedNames).Select(Quote))} and {names.Count - ListedNames} more"),
    };

    /// <summary>Names come from a model's files, and end up in a status.</summary>
    private static string Quote(string name) => $"'{(name.Length > LongestName ? string.Concat(name.AsSpan(0, LongestName), "…") : name)}'";
}
