using System.Collections.Concurrent;
using System.Globalization;
using Canario.Contract;
using Canario.Router.Mirroring;

namespace Canario.Router.Tests;

/// <summary>A router that gives a shadow copies of what stable answers, and a user's connection to it.</summary>
internal sealed class MirrorScene : IAsyncDisposable
{
    public const string Adelie = """{"prediction":"Adelie","probabilities":{"Adelie":0.75,"Gentoo":0.25}}""";
    public const string Gentoo = """{"prediction":"Gentoo","probabilities":{"Adelie":0.25,"Gentoo":0.75}}""";

    private readonly RawServer[] _own;

    private MirrorScene(RunningRouter router, RawConnection client, RawServer[] own)
    {
        Router = router;
        Client = client;
        _own = own;
    }

    public RunningRouter Router { get; }

    public RawConnection Client { get; }

    /// <summary>Both sides answer the same.</summary>
    public static async Task<MirrorScene> StartAsync(Func<MirrorOptions, MirrorOptions>? bounds = null, int percent = 100)
    {
        RawServer stable = Answering(Adelie), shadow = Answering(Adelie);
        return await StartAsync(stable, shadow, bounds, percent: percent, own: [stable, shadow]);
    }

    /// <param name="shadow">Null: the test says where it is.</param>
    /// <param name="own">Servers that end with the scene.</param>
    public static async Task<MirrorScene> StartAsync(
        RawServer stable,
        RawServer? shadow,
        Func<MirrorOptions, MirrorOptions>? bounds = null,
        Func<RouterConfiguration, RouterConfiguration>? change = null,
        int percent = 100,
        RawServer[]? own = null)
    {
        var router = await RunningRouter.StartAsync(o => o with { Mirrors = bounds?.Invoke(o.Mirrors) ?? o.Mirrors }, stable.Port);
        if (shadow is not null) await router.Source.SetEndpointsAsync("candidate", shadow.Port);
        await router.SplitAsync(100, c => (change?.Invoke(c) ?? c) with { Mirror = new RouterMirror { Revision = "m-candidate", Percent = percent } });
        return new MirrorScene(router, await router.ConnectAsync(), own ?? []);
    }

    /// <summary>Answers with JSON each message; with <paramref name="wants"/> each that has so many bytes of a body, however framed.</summary>
    public static RawServer Answering(string json, BlockingCollection<string>? seen = null, int wants = 0) => new(async (c, _) =>
    {
        while (true)
        {
            string message = await c.ReadMessageAsync();
            if (message.Length == 0) return;
            if (message.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal) && wants > 0)
            {
                for (int left = wants; left > 0;)
                {
                    string line = "";
                    while (!line.EndsWith("\r\n", StringComparison.Ordinal)) line += await c.ReadExactlyAsync(1);
                    int size = int.Parse(line.Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    await c.ReadExactlyAsync(size + 2);
                    left -= size;
                }
                await c.ReadExactlyAsync(5);
            }
            seen?.Add(message);
            await c.SendAsync(Json(json));
        }
    });

    public static string Json(string body) => $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    public static string Take(BlockingCollection<string> seen)
    {
        Assert.True(seen.TryTake(out string? message, RawConnection.Patience), "no copy came");
        return message;
    }

    public static string Pairs(string outcome) => $"{MetricNames.ShadowPairs}{{model_namespace=\"ns\",model=\"m\",revision=\"m-candidate\",stable=\"m-stable\",outcome=\"{outcome}\"}}";

    public async Task PredictAsync(string code = "200")
    {
        await Client.SendAsync("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
        Assert.StartsWith("HTTP/1.1 " + code, await Client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    public async Task AssertPairsAsync(string outcome, long expected)
    {
        await Wait.ForAsync(async () => await ReadAsync(Pairs(outcome)) >= expected, $"{expected} pairs {outcome}");
        Assert.Equal(expected, await ReadAsync(Pairs(outcome)));
    }

    public Task AssertDroppedAsync(string reason, long least) => Wait.ForAsync(
        async () => await ReadAsync($"{MetricNames.ShadowDropped}{{model_namespace=\"ns\",model=\"m\",revision=\"m-candidate\",reason=\"{reason}\"}}") >= least, $"{least} dropped for {reason}");

    public Task<double> PairsAsync() => ReadAsync(MetricNames.ShadowPairs + "{");

    /// <summary>Sum of the series that begin so.</summary>
    public async Task<double> ReadAsync(string start)
    {
        string page = await Router.Admin.GetStringAsync("/metrics");
        return page.Split('\n').Where(l => l.StartsWith(start, StringComparison.Ordinal)).Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Router.DisposeAsync();
        foreach (var server in _own) await server.DisposeAsync();
    }
}
