using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Canario.Telemetry.Tracing;

/// <summary>Sends spans to a collector, where OpenTelemetry's own environment variables name one; else there is no tracing and no cost.</summary>
public sealed class OtlpTracing : IDisposable
{
    // https://opentelemetry.io/docs/specs/otel/protocol/exporter/
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string Disabled = "OTEL_SDK_DISABLED";

    // The framework's spans of requests, which continue the caller's trace.
    private const string RequestSource = "Microsoft.AspNetCore";

    private readonly TracerProvider _provider;

    private OtlpTracing(TracerProvider provider) => _provider = provider;

    /// <summary>A collector is named, and tracing is not switched off.</summary>
    public static bool IsConfigured(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return environment(Disabled) != "true" && (environment(Endpoint) is { Length: > 0 } || environment(TracesEndpoint) is { Length: > 0 });
    }

    /// <param name="service">Name of the service; <c>OTEL_SERVICE_NAME</c> wins.</param>
    /// <param name="version">Of the service.</param>
    /// <param name="attributes">Of the resource, on every span.</param>
    /// <param name="sources">Further sources of spans.</param>
    /// <remarks>Protocol, headers, time limits and sampling are OpenTelemetry's own variables too.</remarks>
    public static OtlpTracing Start(string service, string version, IReadOnlyDictionary<string, string> attributes, params string[] sources)
    {
        TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource
                .AddService(service, serviceVersion: version)
                .AddAttributes(attributes.Select(attribute => KeyValuePair.Create(attribute.Key, (object)attribute.Value)))
                .AddEnvironmentVariableDetector())
            .AddSource([RequestSource, .. sources])
            .AddOtlpExporter()
            .Build();
        return new OtlpTracing(provider);
    }

    /// <summary>Sends what waits, within the exporter's time limit.</summary>
    public void Dispose() => _provider.Dispose();
}
