using Microsoft.Extensions.Logging;

namespace Canario.Kubernetes.Events;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Reason} about {Namespace}/{Name} was dropped: {Error}")]
    public static partial void EventDropped(ILogger logger, string reason, string? @namespace, string? name, string error);
}
