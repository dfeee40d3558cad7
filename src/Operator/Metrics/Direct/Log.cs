namespace Canario.Operator.Metrics.Direct;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "reading routers and models broke, again in some seconds")]
    public static partial void SamplingBroke(ILogger logger, Exception exception);
}
