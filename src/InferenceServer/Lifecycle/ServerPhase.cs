namespace Canario.InferenceServer.Lifecycle;

internal enum ServerPhase
{
    Loading,
    Ready,
    /// <summary>Told to end: not ready for new routes, still serving what comes.</summary>
    Draining,
    Failed,
}
