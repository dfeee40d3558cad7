using Microsoft.Extensions.Logging;

namespace Canario.Telemetry.Logging;

/// <summary>One JSON object a line.</summary>
[ProviderAlias("CanarioJson")]
public sealed class JsonLoggerProvider : ILoggerProvider, ISupportExternalScope
{
    private readonly TimeProvider _time;
    private readonly LogLineQueue _queue;

    public JsonLoggerProvider(JsonLogOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = options.TimeProvider;
        _queue = new LogLineQueue(options.Output ?? Console.OpenStandardOutput(), options.QueueCapacity, _time);
    }

    internal IExternalScopeProvider Scopes { get; private set; } = new LoggerExternalScopeProvider();

    /// <summary>Lines lost because the reader of the output was too slow.</summary>
    public long Dropped => _queue.Dropped;

    /// <summary>Writes a line of another kind among those of the log, whole.</summary>
    /// <param name="line">With its newline.</param>
    /// <returns>False: too many wait; the line is dropped, and counted in <see cref="Dropped"/>.</returns>
    public bool TryWriteLine(byte[] line) => _queue.Enqueue(line);

    public ILogger CreateLogger(string categoryName) => new JsonLogger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => Scopes = scopeProvider;

    public void Dispose() => _queue.Dispose();

    internal DateTimeOffset Now => _time.GetUtcNow();

    internal void Enqueue(byte[] line) => _queue.Enqueue(line);
}
