namespace Canario.Rollouts;

public static class GateTypes
{
    public const string ErrorRate = "ErrorRate";
    public const string Latency = "Latency";
    public const string PredictionDrift = "PredictionDrift";
    public const string FeatureDrift = "FeatureDrift";
}
