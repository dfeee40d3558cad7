using System.Text;
using Canario.Contract;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Rows;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Batch;

/// <summary>What comes back with each prediction, in the order asked for: members that are no features, and features as the row gave them.</summary>
internal sealed class KeptColumns
{
    private readonly byte[][] _utf8Names;

    // Among the members; -1: a feature.
    private readonly int[] _members;

    public KeptColumns(IReadOnlyList<string> names, FeaturePlan plan)
    {
        string[] members = [.. names.Where(name => !Array.Exists(plan.Features, feature => feature.Name == name))];
        Names = names;
        _utf8Names = [.. names.Select(Encoding.UTF8.GetBytes)];
        _members = [.. names.Select(name => Array.IndexOf(members, name))];
        Members = members.Length > 0 ? new KeptMembers(members) : null;
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Filled by the rows' reader, which reads features itself; null: there are none.</summary>
    public KeptMembers? Members { get; }

    /// <exception cref="BatchException">A sensitive feature, whose values are written nowhere, or a name that the output has itself.</exception>
    public static void Require(IReadOnlyList<string> names, FeaturePlan plan, RowFormat output, IReadOnlyList<OutputPlan> results)
    {
        if (names.FirstOrDefault(name => OutputNames.Contains(output, results, name)) is { } taken)
            throw new BatchException(ExitCodes.BadConfiguration, $"--keep: the output has {TensorNames.Quote(taken)} itself; give the input's another name");
        if (Array.Find(plan.Features, feature => feature.Schema.Sensitive && names.Contains(feature.Name)) is not { } sensitive) return;
        throw new BatchException(ExitCodes.BadConfiguration, $"--keep: {TensorNames.Quote(sensitive.Name)} is a sensitive feature, and values of those are written nowhere; keep an id of the rows instead");
    }

    /// <param name="column">Of <see cref="Names"/>.</param>
    /// <param name="index">Of the row among those of its run.</param>
    /// <param name="row">Its text, which was read without an error.</param>
    /// <returns>The value as JSON; <c>null</c> where the row has none.</returns>
    public ReadOnlySpan<byte> Value(int column, int index, ReadOnlySpan<byte> row) =>
        _members[column] >= 0 ? Members!.Value(index, _members[column]) : Find(row, _utf8Names[column]);

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> row, ReadOnlySpan<byte> name)
    {
        var cursor = new JsonCursor(row, int.MaxValue);
        cursor.Take('{');
        if (cursor.TryTake('}')) return "null"u8;
        do
        {
            bool found = cursor.TakeString().SequenceEqual(name);
            cursor.Take(':');
            cursor.Peek();
            int start = cursor.Position;
            cursor.Skip();
            if (found) return row[start..cursor.Position];
        }
        while (cursor.TakeNext('}'));
        return "null"u8;
    }
}
