namespace Canario.Rollouts;

public static class GateTypes
{
    public const string ErrorRate = "ErrorRate";
    public const string Latency = "Latency";
    public const string PredictionDrift = "PredictionDrift";
    public const string FeatureDrift = "FeatureDrift";
    public const string ShadowAgreement = "ShadowAgreement";
    public const string Confidence = "Confidence";
    public const string Quality = "Quality";
    public const string Query = "Query";

    /// <summary>Whether the type can be measured of a candidate that only gets copies: no user has an answer of it that failed, was slow, or turned out to be wrong.</summary>
    public static bool SeesCopies(string type) => type is not (ErrorRate or Latency or Quality);

    /// <summary>Whether the type can be measured of a candidate that users' requests go to.</summary>
    public static bool SeesTraffic(string type) => type is not ShadowAgreement;

    /// <summary>Whether the model's own pods count what the type is about; the routers count the rest.</summary>
    public static bool IsCountedByModels(string type) => type is PredictionDrift or FeatureDrift or Confidence or Quality;
}
