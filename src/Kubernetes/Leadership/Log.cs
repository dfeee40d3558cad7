using Microsoft.Extensions.Logging;

namespace Canario.Kubernetes.Leadership;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} leads")]
    public static partial void Leading(ILogger logger, string identity);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Identity} leads no longer: the lease was not renewed in time, or another took it")]
    public static partial void Lost(ILogger logger, string identity);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} released the lease")]
    public static partial void Released(ILogger logger, string identity);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Identity} could not release the lease, it will run out: {Error}")]
    public static partial void ReleaseFailed(ILogger logger, string identity, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Identity} could not ask for the lease: {Error}")]
    public static partial void AcquireFailed(ILogger logger, string identity, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Identity} could not renew the lease: {Error}")]
    public static partial void RenewFailed(ILogger logger, string identity, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of {Identity} was deleted")]
    public static partial void LeaseDeleted(ILogger logger, string identity);
}
