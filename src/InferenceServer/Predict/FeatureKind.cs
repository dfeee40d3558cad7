namespace Canario.InferenceServer.Predict;

/// <summary>How a feature is given and stored.</summary>
internal enum FeatureKind
{
    Number,
    Whole,
    Boolean,
    CategoryIndex,
    CategoryOneHot,
    CategoryText,
}
