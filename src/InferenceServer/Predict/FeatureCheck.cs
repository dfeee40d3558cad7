using System.Globalization;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Predict;

/// <summary>Holds tensors that came as such, over V2, to the schema that named features are held to: ranges, whole numbers, categories.</summary>
internal static class FeatureCheck
{
    /// <param name="call">Whose inputs are filled.</param>
    /// <param name="plan">Of the model.</param>
    /// <exception cref="RequestException">Names the row, the feature, its value (unless it is sensitive) and what is allowed.</exception>
    public static void Require(InferenceCall call, FeaturePlan plan)
    {
        foreach (PlannedFeature feature in plan.Limited)
        {
            InputTensor tensor = call.Inputs[feature.Input];
            if (tensor.Columns != feature.Columns)
                throw RequestException.Bad($"input '{tensor.Info.Name}' has {tensor.Columns} columns; the model's features fill {feature.Columns}");
            for (int row = 0; row < tensor.Rows; row++) Require(tensor, feature, row);
        }
    }

    private static void Require(InputTensor tensor, PlannedFeature feature, int row)
    {
        int first = (row * feature.Columns) + feature.Column;
        if (feature.Kind == FeatureKind.CategoryText)
        {
            string text = tensor.Texts(first + 1)[first];
            if (!feature.Schema.Categories.Contains(text) && !(feature.HasDefault && text == feature.DefaultText)) throw Refuse(tensor, feature, row, TensorNames.Quote(text));
            return;
        }

        double sum = 0;
        for (int i = first; i < first + feature.Width; i++)
        {
            double value = ElementAccess.Get(tensor, i);
            sum += value;
            if (!feature.Takes(value) || (feature.Kind == FeatureKind.CategoryOneHot && sum > 1)) throw Refuse(tensor, feature, row, TensorNames.Quote(value.ToString("R", CultureInfo.InvariantCulture)));
        }
    }

    private static RequestException Refuse(InputTensor tensor, PlannedFeature feature, int row, string value) => RequestException.Bad(
        $"{(tensor.Rows > 1 ? $"row {row}: " : "")}feature '{feature.Name}' in input '{tensor.Info.Name}': {(feature.Schema.Sensitive ? "the value" : value)} is not allowed; it takes {feature.AllowedAsElement()}");
}
