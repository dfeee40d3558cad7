using Microsoft.Extensions.Logging;

namespace Canario.Kubernetes.Caching;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Watch of {Kind} failed, retrying: {Error}")]
    public static partial void WatchFailed(ILogger logger, string kind, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "Listing {Kind} again: {Reason}")]
    public static partial void ListingAgain(ILogger logger, string kind, string reason);
}
