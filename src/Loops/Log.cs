using Microsoft.Extensions.Logging;

namespace Canario.Loops;

internal static partial class Log
{
    [LoggerMessage(13, LogLevel.Error, "A connection failed in a way that was not foreseen, and is closed")]
    public static partial void LoopFailed(ILogger logger, Exception exception);
}
