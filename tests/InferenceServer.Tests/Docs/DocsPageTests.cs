using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Canario.InferenceServer.Tests.Docs;

public sealed class DocsPageTests
{
    [Fact]
    public async Task In_a_real_browser_a_person_fills_in_features_sends_them_and_sees_the_answer()
    {
        // What a model's author writes is shown, never run.
        string metadata = ModelFolder.Metadata.Replace("{\"name\":\"m\",", "{\"name\":\"m\",\"description\":\"<img src=x onerror=alert(1)><script>alert(2)</script>\",", StringComparison.Ordinal);
        using var folder = new ModelFolder(TestModels.Samples.Mlp(4, 8, 3), metadata);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonNode seen = await BrowseAsync(server);
        Assert.Empty(seen["problems"]!.AsArray());
        Assert.Empty(seen["foreign"]!.AsArray());
        Assert.Equal("m", (string)seen["title"]!);
        Assert.Equal("<img src=x onerror=alert(1)><script>alert(2)</script>", (string)seen["description"]!);
        Assert.Equal("""["age","visits","colour","income"]""", seen["features"]!.ToJsonString());
        Assert.Equal("""["red","green"]""", seen["colours"]!.ToJsonString());
        // What may be left out is left out where it is empty.
        Assert.Equal("""{"age":30,"colour":"green","income":5}""", seen["sent"]!.ToJsonString());
        Assert.Matches("^200 in [0-9]+ ms, request [0-9a-f]{32}$", (string)seen["predicted"]!["status"]!);
        Assert.Contains((string)seen["predicted"]!["body"]!["prediction"]!, new[] { "a", "b", "c" });
        Assert.StartsWith("400 ", (string)seen["refused"]!["status"]!, StringComparison.Ordinal);
        Assert.Contains("feature 'age': '500' is not allowed", (string)seen["refused"]!["body"]!["error"]!, StringComparison.Ordinal);
        Assert.StartsWith("400 ", (string)seen["malformed"]!["status"]!, StringComparison.Ordinal);
        Assert.StartsWith("200 ", (string)seen["inferred"]!["status"]!, StringComparison.Ordinal);
        Assert.NotEmpty(seen["inferred"]!["body"]!["outputs"]!.AsArray());
        Assert.Equal("ready", (string)seen["health"]!["body"]!["status"]!);
    }

    [Fact]
    public async Task Where_a_key_is_required_the_page_says_so_and_works_with_it()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string keys = Path.Combine(folder.Path, "keys");
        File.WriteAllText(keys, "some-long-key");
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { ApiKeysFile = keys });
        JsonNode seen = await BrowseAsync(server, "some-long-key");
        Assert.Contains("an API key is required", (string)seen["failure"]!, StringComparison.Ordinal);
        Assert.StartsWith("200 ", (string)seen["predicted"]!["status"]!, StringComparison.Ordinal);
        Assert.Empty(seen["problems"]!.AsArray());
    }

    [Fact]
    public async Task The_page_may_load_and_reach_nothing_but_its_own_server()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        foreach (string path in new[] { "/docs", "/docs/page.js", "/docs/page.css" })
        {
            using HttpResponseMessage response = await server.Client.GetAsync(path);
            Assert.Equal(200, (int)response.StatusCode);
            Assert.StartsWith("default-src 'none'; script-src 'self';", response.Headers.GetValues("content-security-policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", response.Headers.GetValues("x-content-type-options").Single());
            Assert.DoesNotContain("://", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using HttpResponseMessage posted = await server.Client.PostAsync("/docs", null);
        Assert.Equal(405, (int)posted.StatusCode);
        Assert.Equal(404, (int)(await server.Client.GetAsync("/docs/page.html")).StatusCode);
    }

    private static async Task<JsonNode> BrowseAsync(TestServer server, string key = "")
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Here(), "browser", "page.js"));
        start.ArgumentList.Add(new Uri(server.Client.BaseAddress!, "/docs").ToString());
        start.ArgumentList.Add(key);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(120)).Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        Assert.True(process.ExitCode == 0, await error);
        return JsonNode.Parse(await output)!;
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
