using Canario.Contract;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Predict;

/// <summary>
/// The feature whose categories divide requests into slices, and what is told of each: whoever compares this model's answers with another's can tell where they differ. Told of copies only, in a header of the answer,
/// so that no user's answer changes or waits for it.
/// </summary>
internal sealed class SlicePlan
{
    private readonly PlannedFeature _feature;
    private readonly int _index;
    private readonly string?[] _told;

    private SlicePlan(PlannedFeature feature, int index)
    {
        _feature = feature;
        _index = index;
        // One place more: for what is none of them.
        _told = [.. feature.Schema.Categories.Take(Slices.MostNamed).Select(category => Slices.Encode(feature.Name, category)), Slices.Encode(feature.Name, Bins.Other)];
    }

    /// <returns>Null: no feature is one to slice by.</returns>
    /// <exception cref="ModelLoadException">The schema's slice cannot be one.</exception>
    public static SlicePlan? Build(IReadOnlyList<PlannedFeature> features)
    {
        SlicePlan? plan = null;
        for (int i = 0; i < features.Count; i++)
        {
            FeatureSchema schema = features[i].Schema;
            if (!schema.Slice) continue;
            if (schema.Type != "category" || schema.Categories.Count == 0) throw Wrong(schema, "needs type category and its categories: there is a slice for each");
            if (schema.Sensitive) throw Wrong(schema, "must not be sensitive: slices are told by name in metrics and messages");
            if (plan is not null) throw Wrong(schema, $"is one too many, after '{plan._feature.Name}': requests are sliced by one feature");
            plan = new SlicePlan(features[i], i);
        }

        return plan;
    }

    /// <summary>What to tell of a call whose inputs are filled; null: its rows are of several slices, or it has none.</summary>
    public string? Find(InferenceCall call, int features)
    {
        InputTensor tensor = call.Inputs[_feature.Input];
        int rows = (int)tensor.Rows;
        int slice = -1;
        for (int row = 0; row < rows; row++)
        {
            int cell = row * features + _index;
            bool isMissing = cell < call.Missing.Length && call.Missing[cell];
            int category = isMissing ? -1 : CategoryReader.Read(_feature, tensor, row * _feature.Columns + _feature.Column);
            int next = category >= 0 && category < _told.Length - 1 ? category : _told.Length - 1;
            if (row > 0 && next != slice) return null;
            slice = next;
        }

        return slice < 0 ? null : _told[slice];
    }

    private static ModelLoadException Wrong(FeatureSchema schema, string what) =>
        new(ExitCodes.ModelLoadFailed, $"{ModelFiles.Metadata}: feature '{schema.Name}': slice {what}");
}
