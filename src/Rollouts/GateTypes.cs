namespace Canario.Rollouts;

public static class GateTypes
{
    public const string ErrorRate = "ErrorRate";
    public const string Latency = "Latency";
    public const string PredictionDrift = "PredictionDrift";
    public const string FeatureDrift = "FeatureDrift";
    public const string ShadowAgreement = "ShadowAgreement";
    public const string Query = "Query";

    /// <summary>Whether the type can be measured of a candidate that only gets copies: no user has an answer of it that failed or was slow.</summary>
    public static bool SeesCopies(string type) => type is not (ErrorRate or Latency);

    /// <summary>Whether the type can be measured of a candidate that users' requests go to.</summary>
    public static bool SeesTraffic(string type) => type is not ShadowAgreement;
}
