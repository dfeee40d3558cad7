namespace Canario.Rollouts;

/// <summary>Reasons of the watch's events and conditions, beside the drift gates' types and <see cref="DriftVerdict"/>.</summary>
public static class DriftReasons
{
    public const string Detected = "DriftDetected";
    public const string Ended = "DriftEnded";
    public const string QualityDrop = "QualityDrop";
}
