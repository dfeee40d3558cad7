using System.Diagnostics;
using System.Net;
using Canario.Telemetry.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Canario.Telemetry.Tests;

public sealed class PromtoolTests
{
    [Fact]
    public async Task Prometheus_own_checker_accepts_what_the_endpoint_serves()
    {
        var registry = new MetricRegistry();
        registry.AddProcessMetrics();
        registry.CreateCounter("canario_jobs_total", "Jobs \\ with\nall that needs escaping.", "kind").WithLabels("a\"b\\c\nd").Increment();
        registry.CreateHistogram("canario_job_duration_seconds", "Duration.", [0.001, 0.5, 10], "kind").WithLabels("é").Observe(0.2);
        registry.CreateGauge("canario_queue_depth", "Depth.").WithLabels().Set(double.PositiveInfinity);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.MapMetrics(registry);
        await app.StartAsync();
        using var http = new HttpClient();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var response = await http.GetAsync(new Uri($"{address}/metrics"));
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal(MetricsEndpoint.ContentType, response.Content.Headers.ContentType!.ToString());
        Assert.Contains("process_cpu_seconds_total", text, StringComparison.Ordinal);
        var (exitCode, output) = await CheckAsync(text);
        Assert.True(exitCode == 0, output + text);
        // The checker works: it refuses what is broken.
        Assert.NotEqual(0, (await CheckAsync("a{b=\"c} 1\n")).ExitCode);
    }

    private static async Task<(int ExitCode, string Output)> CheckAsync(string text)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var output = await promtool.StandardOutput.ReadToEndAsync(limit.Token) + await promtool.StandardError.ReadToEndAsync(limit.Token);
        await promtool.WaitForExitAsync(limit.Token);
        return (promtool.ExitCode, output);
    }
}
