namespace Canario.Operator.Hosting;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "the API server does not answer, again in a second: {Error}")]
    public static partial void NoApiServer(ILogger logger, string error);
}
