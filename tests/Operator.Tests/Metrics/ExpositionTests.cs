using Canario.Operator.Metrics.Direct;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Tests.Metrics;

public sealed class ExpositionTests
{
    [Fact]
    public async Task What_our_own_exporter_writes_is_read_back()
    {
        var registry = new MetricRegistry();
        registry.CreateCounter("c_total", "C.", "a", "b").WithLabels("x", "quo\"te, back\\slash}\nline").Increment(3);
        registry.CreateGauge("g", "G.").WithLabels().Set(-1.5);
        registry.CreateHistogram("h_seconds", "H.", [0.1, 1]).WithLabels().Observe(0.5);

        var lines = Exposition.Read(await PageAsync(registry), _ => true);

        var counter = lines.Single(l => l.Name == "c_total");
        Assert.Equal([KeyValuePair.Create("a", "x"), KeyValuePair.Create("b", "quo\"te, back\\slash}\nline")], counter.Labels);
        Assert.Equal((3, false), (counter.Value, counter.IsGauge));
        Assert.Equal((-1.5, true), (lines.Single(l => l.Name == "g").Value, lines.Single(l => l.Name == "g").IsGauge));
        Assert.Equal([("0.1", 0.0), ("1", 1.0), ("+Inf", 1.0)], lines.Where(l => l.Name == "h_seconds_bucket").Select(l => (l.Labels.Single().Value, l.Value)));
    }

    [Fact]
    public void Only_chosen_metrics_are_read()
    {
        var line = Assert.Single(Exposition.Read("# HELP a text\na 1\nb{broken 2\n", n => n == "a"));
        Assert.Equal(("a", 1.0), (line.Name, line.Value));
    }

    [Theory]
    [InlineData("a{l=\"x\" 1", "labels have no end")]
    [InlineData("a{l=\"x\"} one", "is no value")]
    [InlineData("<html>", "no line of metrics")]
    public void A_page_that_is_none_is_refused_with_the_line(string page, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Exposition.Read(page, _ => true)).Message, StringComparison.Ordinal);

    private static async Task<string> PageAsync(MetricRegistry registry)
    {
        await using var server = await LoopbackServer.StartAsync(context => MetricsEndpoint.WriteAsync(context, registry));
        using var http = new HttpClient();
        return await http.GetStringAsync(server.Address);
    }
}
