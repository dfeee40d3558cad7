namespace Canario.Router;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Configuration source {Source} cannot be read, the last configuration stays in force: {Reason}")]
    public static partial void SourceFailed(ILogger logger, string source, string reason);

    [LoggerMessage(2, LogLevel.Error, "Configuration {Source} is refused, what it said before stays in force: {Reason}")]
    public static partial void BadConfiguration(ILogger logger, string source, string reason);

    [LoggerMessage(3, LogLevel.Information, "Model {Model} is served by configuration {Version}: {Split}")]
    public static partial void Applied(ILogger logger, string model, string version, string split);

    [LoggerMessage(4, LogLevel.Information, "Model {Model} is served no more")]
    public static partial void Removed(ILogger logger, string model);

    [LoggerMessage(5, LogLevel.Error, "Port {Port} for model {Model} cannot be listened on, trying again: {Reason}")]
    public static partial void ListenFailed(ILogger logger, int port, string model, string reason);

    [LoggerMessage(6, LogLevel.Information, "Draining: not ready from now on, serving for {Drain}, then closing connections for {Closing}, then waiting for requests for {Finish}")]
    public static partial void Draining(ILogger logger, TimeSpan drain, TimeSpan closing, TimeSpan finish);

    [LoggerMessage(7, LogLevel.Information, "{Method} {Target} of {Model} answered {Code} {Reason} in {Milliseconds} ms by {Revision}, request {RequestId}")]
    public static partial void Access(ILogger logger, string method, string target, string model, int code, string reason, double milliseconds, string revision, string requestId);

    [LoggerMessage(8, LogLevel.Error, "A request to model {Model} failed in a way that was not foreseen")]
    public static partial void Unforeseen(ILogger logger, Exception exception, string model);

    [LoggerMessage(9, LogLevel.Information, "Every configuration that existed at the start is in force")]
    public static partial void Synced(ILogger logger);

    [LoggerMessage(11, LogLevel.Error, "The configuration source ended; it starts again, and what it said last stays in force")]
    public static partial void SourceEnded(ILogger logger, Exception exception);

    [LoggerMessage(12, LogLevel.Error, "Configuration {Source} could not be put in force")]
    public static partial void ApplyFailed(ILogger logger, Exception exception, string source);

    [LoggerMessage(10, LogLevel.Warning, "Revision {Revision} answered with {What}: refused")]
    public static partial void BadResponse(ILogger logger, string revision, string what);
}
