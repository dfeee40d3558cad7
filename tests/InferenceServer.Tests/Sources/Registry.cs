using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>Debian's docker-registry on loopback, with whatever access it is configured for.</summary>
internal sealed class Registry : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("canario-registry-").FullName;
    private readonly HttpClient _client = new();
    private Process? _process;

    private Registry()
    {
    }

    public int Port { get; private set; }

    public string Address => $"localhost:{Port}";

    /// <summary>Sent with what is pushed.</summary>
    public AuthenticationHeaderValue? Authorization { get; set; }

    /// <param name="access">Lines of the configuration; of their braces, [folder] is the registry's folder.</param>
    /// <param name="files">Written into that folder first.</param>
    public static async Task<Registry> StartAsync(string access = "", params (string Name, string Content)[] files)
    {
        var registry = new Registry();
        foreach ((string name, string content) in files) await File.WriteAllTextAsync(Path.Combine(registry._folder, name), content);
        registry.Port = FreePort();
        string configuration = Path.Combine(registry._folder, "config.yml");
        await File.WriteAllTextAsync(configuration, $$"""
            version: 0.1
            log: { level: error, accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: {{registry._folder}}/data } }
            http: { addr: {{registry.Address}}, host: "http://{{registry.Address}}" }
            {{access.Replace("[folder]", registry._folder, StringComparison.Ordinal)}}
            """);
        // Ends with the test's process, however that ends: then its standard input does.
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in new[] { "-c", "docker-registry serve \"$0\" & cat > /dev/null; kill $!; wait", configuration }) start.ArgumentList.Add(argument);
        registry._process = Process.Start(start)!;
        registry._process.ErrorDataReceived += (_, _) => { };
        registry._process.OutputDataReceived += (_, _) => { };
        registry._process.BeginErrorReadLine();
        registry._process.BeginOutputReadLine();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await registry.AnswersAsync(limit.Token)) await Task.Delay(20, limit.Token);

        return registry;
    }

    /// <summary>An artifact as ORAS pushes it: each file a layer with its name in an annotation. Its digest.</summary>
    public async Task<string> PushArtifactAsync(string repository, string tag, params (string Title, byte[] Content)[] files)
    {
        var layers = new JsonArray();
        foreach ((string title, byte[] content) in files)
        {
            JsonObject layer = await PushBlobAsync(repository, content, "application/vnd.onnx");
            if (title.Length > 0) layer["annotations"] = new JsonObject { ["org.opencontainers.image.title"] = title };
            layers.Add(layer);
        }

        JsonObject config = await PushBlobAsync(repository, "{}"u8.ToArray(), "application/vnd.oci.empty.v1+json");
        return await PushManifestAsync(repository, tag, "application/vnd.oci.image.manifest.v1+json", new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["artifactType"] = "application/vnd.onnx.model",
            ["config"] = config,
            ["layers"] = layers,
        });
    }

    /// <summary>An image of such layers, the lowest first, copied here by skopeo.</summary>
    public async Task PushImageAsync(string name, params (string Path, byte[] Content)[][] layers)
    {
        string layout = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.Combine(layout, "blobs", "sha256"));
        JsonObject Put(byte[] content, string type)
        {
            string digest = Convert.ToHexStringLower(SHA256.HashData(content));
            File.WriteAllBytes(Path.Combine(layout, "blobs", "sha256", digest), content);
            return new JsonObject { ["mediaType"] = type, ["digest"] = "sha256:" + digest, ["size"] = content.Length };
        }

        byte[][] packed = [.. layers.Select(Tar)];
        var configuration = new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. packed.Select(tar => (JsonNode)("sha256:" + Convert.ToHexStringLower(SHA256.HashData(tar))))]) },
        };
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = Put(Encoding.UTF8.GetBytes(configuration.ToJsonString()), "application/vnd.oci.image.config.v1+json"),
            ["layers"] = new JsonArray([.. packed.Select(tar => (JsonNode)Put(Gzip(tar), "application/vnd.oci.image.layer.v1.tar+gzip"))]),
        };
        var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(Put(Encoding.UTF8.GetBytes(manifest.ToJsonString()), "application/vnd.oci.image.manifest.v1+json")) };
        await File.WriteAllTextAsync(Path.Combine(layout, "index.json"), index.ToJsonString());
        await File.WriteAllTextAsync(Path.Combine(layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        using Process skopeo = Process.Start("skopeo", ["--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", $"oci:{layout}", $"docker://{Address}/{name}"]);
        await skopeo.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, skopeo.ExitCode);
    }

    public async Task<JsonObject> PushBlobAsync(string repository, byte[] content, string mediaType)
    {
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
        using HttpResponseMessage begun = await SendAsync(HttpMethod.Post, new Uri($"http://{Address}/v2/{repository}/blobs/uploads/"), null);
        Uri upload = begun.Headers.Location!;
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using HttpResponseMessage done = await SendAsync(HttpMethod.Put, new Uri($"{upload}&digest={Uri.EscapeDataString(digest)}"), body);
        return new JsonObject { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = content.Length };
    }

    public async Task<string> PushManifestAsync(string repository, string tag, string mediaType, JsonObject manifest)
    {
        using var body = new StringContent(manifest.ToJsonString());
        body.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using HttpResponseMessage done = await SendAsync(HttpMethod.Put, new Uri($"http://{Address}/v2/{repository}/manifests/{tag}"), body);
        return done.Headers.GetValues("Docker-Content-Digest").Single();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_process is { } process)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri uri, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, uri) { Content = content };
        request.Headers.Authorization = Authorization;
        HttpResponseMessage response = await _client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{method} {uri} was answered {response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return response;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await _client.GetAsync(new Uri($"http://{Address}/v2/"), cancellation);
            return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }

    internal static byte[] Tar((string Path, byte[] Content)[] files)
    {
        using var packed = new MemoryStream();
        using (var writer = new TarWriter(packed, leaveOpen: true))
        {
            foreach ((string path, byte[] content) in files)
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
        }

        return packed.ToArray();
    }

    internal static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(content);
        return packed.ToArray();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
