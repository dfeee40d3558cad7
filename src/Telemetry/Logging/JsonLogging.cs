using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Canario.Telemetry.Logging;

/// <summary>Registers the JSON log.</summary>
public static class JsonLogging
{
    /// <summary>Replaces all log providers by one JSON object a line on standard output.</summary>
    public static ILoggingBuilder AddCanarioJson(this ILoggingBuilder logging, Action<JsonLogOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(logging);
        var options = new JsonLogOptions();
        configure?.Invoke(options);
        logging.ClearProviders();
        logging.Services.AddSingleton<ILoggerProvider>(_ => new JsonLoggerProvider(options));
        return logging;
    }
}
