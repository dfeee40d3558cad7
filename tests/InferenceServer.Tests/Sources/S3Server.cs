using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>An S3 server that is not ours, whose signatures AWS's own signer checks; see <c>s3/server.js</c>.</summary>
public sealed class S3Server : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("canario-s3-").FullName;
    private readonly ProcessStartInfo _start = new("node") { RedirectStandardOutput = true, RedirectStandardInput = true };
    private Process? _process;

    internal int Port { get; private set; }

    internal Uri Endpoint => new($"http://localhost:{Port}");

    public async Task InitializeAsync()
    {
        _start.ArgumentList.Add(Path.Combine(Here(), "s3", "server.js"));
        _start.ArgumentList.Add(_folder);
        _process = Process.Start(_start)!;
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Port = int.Parse(line ?? throw new InvalidOperationException("The S3 server ended."), System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task DisposeAsync()
    {
        if (_process is { } process)
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <param name="path">Bucket and key, encoded.</param>
    /// <param name="content">Of the object.</param>
    internal async Task PutAsync(string path, byte[] content)
    {
        using var client = new HttpClient();
        using var body = new ByteArrayContent(content);
        using HttpResponseMessage response = await client.PutAsync(new Uri(Endpoint, path), body);
        response.EnsureSuccessStatusCode();
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
