using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Canario.Contract;
using Canario.InferenceServer.Lifecycle;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Sources;

public sealed class ResumeTests : IDisposable
{
    private static readonly byte[] s_model = Samples.WideMlp();
    private static readonly string s_digest = Convert.ToHexStringLower(SHA256.HashData(s_model));

    private readonly ModelFolder _folder = new([]);

    private string Cache => Path.Combine(_folder.Path, "cache", "sha256");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("v1", "")]
    [InlineData(null, "digest")]
    public async Task A_broken_download_goes_on_where_it_was(string? tag, string digest)
    {
        await using var files = new FileServer(s_model, tag);
        await using var proxy = new BreakingProxy(files.Port);
        proxy.Breaks.Enqueue(2_000_000);
        proxy.Breaks.Enqueue(1_000_000);
        await using TestServer server = await StartAsync(proxy, digest.Length > 0 ? s_digest : "");
        await server.WaitReadyAsync();
        string[] ranges = [.. files.Ranges];
        Assert.Equal(3, ranges.Length);
        Assert.Equal("all", ranges[0]);
        // All that was sent, less the answers' heads.
        Assert.InRange(From(ranges[1]), 1_999_000, 2_000_000);
        Assert.InRange(From(ranges[2]), 2_998_000, 3_000_000);
        if (tag is not null) Assert.All(ranges[1..], range => Assert.EndsWith(" if \"v1\"", range, StringComparison.Ordinal));
        Assert.Equal([s_digest], Directory.GetFiles(Cache).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("v2", true)]
    [InlineData("v1", false)]
    public async Task A_file_that_changed_meanwhile_or_is_sent_whole_only_begins_anew(string? secondTag, bool parts)
    {
        byte[] old = [.. s_model];
        old[^1] ^= 1;
        old[1_000] ^= 1;
        await using var files = new FileServer(parts ? old : s_model, "v1") { SendsParts = parts };
        await using var proxy = new BreakingProxy(files.Port);
        proxy.Breaks.Enqueue(2_000_000);
        files.Next.Enqueue((s_model, secondTag));
        await using TestServer server = await StartAsync(proxy, "");
        await server.WaitReadyAsync();
        Assert.Equal([s_digest], Directory.GetFiles(Cache).Select(Path.GetFileName));
        Assert.Contains(parts ? "it has changed" : "the server sends no parts", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_of_two_versions_that_nothing_told_apart_are_found_by_the_digest()
    {
        byte[] old = [.. s_model];
        old[1_000] ^= 1;
        await using var files = new FileServer(old, null);
        await using var proxy = new BreakingProxy(files.Port);
        proxy.Breaks.Enqueue(2_000_000);
        files.Next.Enqueue((s_model, null));
        await using TestServer server = await StartAsync(proxy, s_digest);
        await server.WaitReadyAsync();
        string[] ranges = [.. files.Ranges];
        Assert.Equal(["all", ranges[1], "all"], ranges);
        Assert.InRange(From(ranges[1]), 1_999_000, 2_000_000);
    }

    [Fact]
    public async Task A_killed_process_leaves_what_it_has_to_the_next_one()
    {
        await using var files = new FileServer(s_model, "v1");
        await using var proxy = new BreakingProxy(files.Port) { HoldAfter = 3_000_000 };
        using (Process killed = StartProcess(proxy))
        {
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
                while (!Directory.Exists(Cache) || !Directory.GetFiles(Cache, "*.partial").Any(file => new FileInfo(file).Length > 2_500_000)) await Task.Delay(10, limit.Token);
            }
            finally
            {
                killed.Kill();
                await killed.WaitForExitAsync();
            }
        }

        proxy.HoldAfter = long.MaxValue;
        await using TestServer server = await StartAsync(proxy, "");
        await server.WaitReadyAsync();
        Assert.Equal(2, files.Ranges.Count);
        Assert.InRange(From(files.Ranges.Last()), 2_500_000, 3_000_000);
        Assert.Equal([s_digest], Directory.GetFiles(Cache).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_place_that_breaks_each_time_is_given_up_and_what_came_is_kept()
    {
        await using var files = new FileServer(s_model, "v1");
        await using var proxy = new BreakingProxy(files.Port);
        for (int i = 0; i < 20; i++) proxy.Breaks.Enqueue(100_000);
        await using TestServer server = await StartAsync(proxy, "", attempts: 2);
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(2, files.Ranges.Count);
        ServerState state = server.Get<ServerState>();
        Assert.Equal(ExitCodes.ModelUnavailable, state.ExitCode);
        Assert.Contains("could not be fetched in 2 attempts", state.Failure, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(Cache, "*.partial"));
    }

    private static long From(string range) => long.Parse(range.Split(' ')[0], CultureInfo.InvariantCulture);

    private static Uri UriOf(BreakingProxy proxy) => new($"http://127.0.0.1:{proxy.Port}/m/model.onnx");

    private Task<TestServer> StartAsync(BreakingProxy proxy, string digest, int attempts = 5) =>
        TestServer.StartAsync(_folder.Path, o => o with { ModelUri = UriOf(proxy), ModelSha256 = digest, FetchAttempts = attempts });

    private Process StartProcess(BreakingProxy proxy)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        string[] arguments =
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "Canario.InferenceServer.dll"), "--model-uri", UriOf(proxy).AbsoluteUri, "--http-port", "0", "--address", "127.0.0.1",
            "--cache-directory", Path.Combine(_folder.Path, "cache"), "--log-level", "error",
        ];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
