using Canario.Kubernetes;

namespace Canario.Operator.Reconcile;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "reconcile of {Key} failed, again in {Seconds} s: {Error}")]
    public static partial void Failed(ILogger logger, ObjectKey key, string error, double seconds);

    [LoggerMessage(2, LogLevel.Error, "reconcile of {Key} broke, again in {Seconds} s")]
    public static partial void Broke(ILogger logger, Exception exception, ObjectKey key, double seconds);

    [LoggerMessage(3, LogLevel.Warning, "reconcile of {Key} stopped, again in {Seconds} s: {Error}")]
    public static partial void Obstacle(ILogger logger, ObjectKey key, string error, double seconds);

    [LoggerMessage(4, LogLevel.Error, "the look at {Key}'s distributions broke")]
    public static partial void LookBroke(ILogger logger, Exception exception, ObjectKey key);
}
