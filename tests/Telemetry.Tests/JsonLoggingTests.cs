using System.Diagnostics;
using System.Text.Json;
using Canario.Telemetry.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Canario.Telemetry.Tests;

[Collection("busy")]
public sealed partial class JsonLoggingTests
{
    [Fact]
    public void A_line_has_the_time_the_level_the_message_its_values_and_those_of_the_scopes()
    {
        var line = Assert.Single(Log(logger =>
        {
            using (logger.BeginScope(new Dictionary<string, object?> { ["RequestId"] = "outer", ["Model"] = "m" }))
            using (logger.BeginScope(new Dictionary<string, object?> { ["RequestId"] = "r1" }))
                Served(logger, "iris \"x\" <é>", 200, 0.25);
        }));

        Assert.Equal("info", line.GetProperty("level").GetString());
        Assert.Equal("tests", line.GetProperty("category").GetString());
        Assert.Equal(7, line.GetProperty("eventId").GetInt32());
        Assert.Equal("Served", line.GetProperty("event").GetString());
        Assert.Equal("served iris \"x\" <é> with 200 in 0.25", line.GetProperty("message").GetString());
        Assert.Equal("r1", line.GetProperty("requestId").GetString());
        Assert.Equal(200, line.GetProperty("code").GetInt32());
        Assert.Equal(0.25, line.GetProperty("seconds").GetDouble());
        Assert.Equal("iris \"x\" <é>", line.GetProperty("model").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line.GetProperty("timestamp").GetString());
    }

    [Fact]
    public void A_line_names_the_trace_and_the_span_that_it_was_written_in()
    {
        using var activity = new Activity("work").SetIdFormat(ActivityIdFormat.W3C).Start();
        var line = Assert.Single(Log(logger => Served(logger, "m", 200, 0.25)));
        activity.Stop();
        Assert.Equal(activity.TraceId.ToHexString(), line.GetProperty("trace_id").GetString());
        Assert.Equal(activity.SpanId.ToHexString(), line.GetProperty("span_id").GetString());
        Assert.False(Assert.Single(Log(logger => Served(logger, "m", 200, 0.25))).TryGetProperty("trace_id", out _));
    }

    [Fact]
    public void An_exception_is_one_field_of_the_same_line()
    {
        var line = Assert.Single(Log(logger => Broke(logger, new InvalidOperationException("first\nsecond"))));

        Assert.Equal("error", line.GetProperty("level").GetString());
        Assert.Contains("first\nsecond", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_named_like_a_fixed_field_does_not_replace_it()
    {
        var line = Assert.Single(Log(logger => Named(logger, "evil", "x")));

        Assert.Equal("warn", line.GetProperty("level").GetString());
        Assert.Equal("evil", line.GetProperty("field.level").GetString());
    }

    [Fact]
    public void A_very_long_message_is_cut() =>
        Assert.InRange(Assert.Single(Log(logger => Named(logger, new string('x', 100_000), "y"))).GetRawText().Length, 8_000, 20_000);

    [Fact]
    public void Lines_of_many_threads_stay_whole() =>
        Assert.Equal(4000, Log(logger => Parallel.For(0, 4000, i => Served(logger, $"m{i}", i, i))).Select(l => l.GetProperty("code").GetInt32()).Distinct().Count());

    [Fact]
    public void A_reader_that_stands_still_delays_nobody_and_costs_counted_lines()
    {
        using var gate = new GatedStream();
        using (var provider = new JsonLoggerProvider(new JsonLogOptions { Output = gate, QueueCapacity = 10 }))
        {
            var logger = provider.CreateLogger("tests");
            for (var i = 0; i < 1000; i++)
                Served(logger, "m", i, 0);

            Assert.InRange(provider.Dropped, 985, 990);
            gate.Open();
        }

        var lines = Read(gate.ToArray());
        Assert.Equal(1000, lines.Count(l => l.TryGetProperty("code", out _)) + lines.Where(l => l.TryGetProperty("dropped", out _)).Sum(l => l.GetProperty("dropped").GetInt32()));
    }

    private static List<JsonElement> Log(Action<ILogger> write)
    {
        using var output = new MemoryStream();
        var services = new ServiceCollection();
        services.AddLogging(l => l.AddCanarioJson(o => o.Output = output).SetMinimumLevel(LogLevel.Trace));
        using (var provider = services.BuildServiceProvider())
            write(provider.GetRequiredService<ILoggerFactory>().CreateLogger("tests"));
        return Read(output.ToArray());
    }

    private static List<JsonElement> Read(byte[] output) =>
        [.. System.Text.Encoding.UTF8.GetString(output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<JsonElement>(l, JsonSerializerOptions.Strict))];

    [LoggerMessage(7, LogLevel.Information, "served {Model} with {Code} in {Seconds}")]
    private static partial void Served(ILogger logger, string model, int code, double seconds);

    [LoggerMessage(8, LogLevel.Error, "broke")]
    private static partial void Broke(ILogger logger, Exception exception);

    [LoggerMessage(9, LogLevel.Warning, "named {Level} {Other}")]
    private static partial void Named(ILogger logger, string level, string other);
}
