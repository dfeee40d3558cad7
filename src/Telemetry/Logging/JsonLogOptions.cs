namespace Canario.Telemetry.Logging;

/// <summary>Where JSON log lines go.</summary>
public sealed class JsonLogOptions
{
    /// <summary>Default: standard output.</summary>
    public Stream? Output { get; set; }

    /// <summary>Lines that may wait for a slow reader before further ones are dropped and counted: logging never delays a request.</summary>
    public int QueueCapacity { get; set; } = 8192;

    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
