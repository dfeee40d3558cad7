using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Canario.Telemetry.Logging;

internal sealed class JsonLogger(JsonLoggerProvider provider, string category) : ILogger
{
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => provider.Scopes.Push(state);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel == LogLevel.None)
            return;
        var line = LogLine.Rent();
        try
        {
            provider.Scopes.ForEachScope(static (scope, l) => l.AddFields(scope), line);
            line.AddFields(state);
            line.AddTrace(Activity.Current);
            provider.Enqueue(line.Build(provider.Now, logLevel, category, eventId, formatter(state, exception), exception));
        }
        finally
        {
            line.Return();
        }
    }
}
