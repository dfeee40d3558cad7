namespace Canario.Rollouts;

/// <param name="Reason">CrashLoopBackOff, ImagePullBackOff, OOMKilled, ModelLoadFailed and the like; a rollback's reason.</param>
/// <param name="Message">Pod and container, exit code, last words.</param>
public sealed record PodFailure(string Reason, string Message);
