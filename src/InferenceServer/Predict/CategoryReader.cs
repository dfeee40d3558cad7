using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Predict;

/// <summary>Which category an input tensor holds, whatever its encoding.</summary>
internal static class CategoryReader
{
    /// <param name="feature">A category.</param>
    /// <param name="tensor">Holds it.</param>
    /// <param name="index">Of its first element in a row.</param>
    /// <returns>The category's position in the schema; -1: it is none of them.</returns>
    public static int Read(PlannedFeature feature, InputTensor tensor, int index)
    {
        IReadOnlyList<string> categories = feature.Schema.Categories;
        switch (feature.Kind)
        {
            case FeatureKind.CategoryText:
                string text = tensor.Texts(index + 1)[index];
                for (int i = 0; i < categories.Count; i++)
                {
                    if (categories[i] == text) return i;
                }

                return -1;
            case FeatureKind.CategoryIndex:
                double position = ElementAccess.Get(tensor, index);
                return position >= 0 && position < categories.Count ? (int)position : -1;
            default:
                for (int i = 0; i < categories.Count; i++)
                {
                    if (ElementAccess.Get(tensor, index + i) > 0.5) return i;
                }

                return -1;
        }
    }
}
