using System.Buffers;
using System.Text;
using Canario.Telemetry.Metrics;

namespace Canario.Telemetry.Tests;

[Collection("busy")]
public sealed class MetricRegistryTests
{
    private readonly MetricRegistry _registry = new();

    [Fact]
    public void A_counter_without_labels_is_shown_at_zero_before_its_first_increment()
    {
        var counter = _registry.CreateCounter("jobs_total", "Jobs.");

        Assert.Equal("# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 0\n", Text());
        counter.WithLabels().Increment();
        counter.WithLabels().Increment(41);
        Assert.Contains("\njobs_total 42\n", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Label_values_and_help_are_escaped()
    {
        _registry.CreateGauge("g", "a\\b\nc", "x", "y").WithLabels("quote \" back \\ line \n é", "").Set(-0.5);

        Assert.Equal("# HELP g a\\\\b\\nc\n# TYPE g gauge\ng{x=\"quote \\\" back \\\\ line \\n é\",y=\"\"} -0.5\n", Text());
    }

    [Fact]
    public void A_histogram_counts_a_value_at_its_bound_in_that_bucket()
    {
        var child = _registry.CreateHistogram("h", "H.", [0.1, 1], "m").WithLabels("a");
        foreach (var value in (double[])[0.1, 0.1000001, 1, 7, double.NaN])
            child.Observe(value);

        Assert.Equal(4, child.Count);
        Assert.Equal(
            """
            # HELP h H.
            # TYPE h histogram
            h_bucket{m="a",le="0.1"} 1
            h_bucket{m="a",le="1"} 3
            h_bucket{m="a",le="+Inf"} 4
            h_sum{m="a"} 8.2000001
            h_count{m="a"} 4

            """,
            Text());
    }

    [Theory]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(1e300, "1E+300")]
    public void Values_that_are_no_plain_numbers_have_the_format_that_Prometheus_reads(double value, string expected)
    {
        _registry.CreateGauge("g", "G.").WithLabels().Set(value);

        Assert.EndsWith($"\ng {expected}\n", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_removed_child_is_not_shown_and_starts_again_at_zero()
    {
        var counter = _registry.CreateCounter("c_total", "C.", "revision");
        counter.WithLabels("one").Increment(5);
        counter.WithLabels("two").Increment(7);

        Assert.True(counter.Remove("one"));
        Assert.False(counter.Remove("one"));

        Assert.DoesNotContain("one", Text(), StringComparison.Ordinal);
        Assert.Equal(0, counter.WithLabels("one").Value);
    }

    [Fact]
    public void The_same_label_values_give_the_same_child_even_when_the_callers_array_changes()
    {
        var counter = _registry.CreateCounter("c_total", "C.", "a", "b");
        string[] values = ["x", "y"];
        var child = counter.WithLabels(values);
        values[0] = "z";

        Assert.Same(child, counter.WithLabels("x", "y"));
        Assert.NotSame(child, counter.WithLabels("z", "y"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1a")]
    [InlineData("a-b")]
    [InlineData("a b")]
    [InlineData("é")]
    public void An_invalid_metric_name_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => _registry.CreateCounter(name, "X."));

    [Theory]
    [InlineData("__reserved")]
    [InlineData("a:b")]
    [InlineData("0")]
    public void An_invalid_label_name_is_refused(string label) =>
        Assert.Throws<ArgumentException>(() => _registry.CreateCounter("x_total", "X.", label));

    [Fact]
    public void A_name_that_is_taken_is_refused_also_when_a_histogram_takes_it()
    {
        _registry.CreateHistogram("h", "H.", [1]);

        Assert.Throws<ArgumentException>(() => _registry.CreateGauge("h", "G."));
        Assert.Throws<ArgumentException>(() => _registry.CreateGauge("h_count", "G."));
        Assert.Throws<ArgumentException>(() => _registry.CreateHistogram("x", "X.", [1], "le"));
        Assert.Throws<ArgumentException>(() => _registry.CreateHistogram("x", "X.", [1, 1]));
        Assert.Throws<ArgumentException>(() => _registry.CreateCounter("x", "X.", "a", "a"));
        Assert.Throws<ArgumentException>(() => _registry.CreateCounter("x", "X.", "a").WithLabels("1", "2"));
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_threads_update_while_others_collect()
    {
        const int Threads = 8;
        const int Each = 20_000;
        var counter = _registry.CreateCounter("c_total", "C.", "l");
        var gauge = _registry.CreateGauge("g", "G.").WithLabels();
        var histogram = _registry.CreateHistogram("h", "H.", [1, 2]).WithLabels();
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                Text();
        });

        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, t =>
        {
            for (var i = 0; i < Each; i++)
            {
                counter.WithLabels("same").Increment();
                gauge.Add(0.5);
                histogram.Observe(1.5);
            }
        });
        await stop.CancelAsync();
        await collector.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(Threads * Each, counter.WithLabels("same").Value);
        Assert.Equal(Threads * Each * 0.5, gauge.Value);
        Assert.Equal(Threads * Each, histogram.Count);
        Assert.Equal(Threads * Each * 1.5, histogram.Sum);
    }

    [Fact]
    public void Updates_through_a_child_allocate_nothing()
    {
        var counter = _registry.CreateCounter("c_total", "C.", "l").WithLabels("x");
        var gauge = _registry.CreateGauge("g", "G.").WithLabels();
        var histogram = _registry.CreateHistogram("h", "H.", [1, 2]).WithLabels();
        Update();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Update();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Update()
        {
            counter.Increment();
            gauge.Set(1);
            gauge.Add(1);
            histogram.Observe(1.5);
        }
    }

    [Fact]
    public void A_registry_larger_than_a_piece_of_output_is_written_whole()
    {
        var counter = _registry.CreateCounter("c_total", "C.", "l");
        for (var i = 0; i < 2000; i++)
            counter.WithLabels($"{i}-{new string('x', 100)}").Increment(i);

        var lines = Text().Split('\n');

        Assert.Equal(2000 + 2 + 1, lines.Length);
        Assert.Contains($"c_total{{l=\"1234-{new string('x', 100)}\"}} 1234", lines);
    }

    private string Text()
    {
        var output = new ArrayBufferWriter<byte>();
        _registry.Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
