using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Canario.Kubernetes.Configuration;

/// <summary>Runs a plug-in when there is no credential, when it is about to run out, and when the server refused it.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asked for holds nothing to release.
internal sealed class ExecCredentials(ExecPlugin plugin, TimeProvider time) : IClusterCredentials
#pragma warning restore CA1001
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(60);
    // A credential on its way when it expires would be refused.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);
    private const int LongestOutput = 1 << 20;
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Held? _held;

    public async ValueTask<Credential> GetAsync(bool renew, CancellationToken cancellationToken)
    {
        var before = _held;
        if (!renew && IsFresh(before))
        {
            return before!.Credential;
        }
        await _one.WaitAsync(cancellationToken);
        try
        {
            // Another caller may have renewed it in the meantime.
            if (!ReferenceEquals(before, _held) && IsFresh(_held))
            {
                return _held!.Credential;
            }
            _held = await RunAsync(cancellationToken);
            return _held.Credential;
        }
        finally
        {
            _one.Release();
        }
    }

    private bool IsFresh(Held? held) => held is not null && (held.Expires is not { } expires || expires - Margin > time.GetUtcNow());

    private async Task<Held> RunAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(plugin.Command, plugin.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in plugin.Environment)
        {
            start.Environment[name] = value;
        }
        start.Environment["KUBERNETES_EXEC_INFO"] = ExecInfo();
        using var timeout = new CancellationTokenSource(LongestRun, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var process = Process.Start(start) ?? throw new ConfigurationException($"exec plug-in {plugin.Command} did not start.");
            process.StandardInput.Close();
            try
            {
                var errors = ReadBoundedAsync(process.StandardError, both.Token);
                var output = await ReadBoundedAsync(process.StandardOutput, both.Token);
                await process.WaitForExitAsync(both.Token);
                return process.ExitCode == 0
                    ? Parse(output)
                    : throw new ConfigurationException($"exec plug-in {plugin.Command} exited with {process.ExitCode}: {(await errors).Trim()}");
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill(entireProcessTree: true);
                }
            }
        }
        catch (Win32Exception e)
        {
            throw new ConfigurationException($"exec plug-in {plugin.Command} cannot be run: {e.Message}. {plugin.InstallHint}".TrimEnd(), e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConfigurationException($"exec plug-in {plugin.Command} did not end within {LongestRun.TotalSeconds} s.");
        }
    }

    private Held Parse(string output)
    {
        try
        {
            var status = JsonSerializer.Deserialize(output, ExecJson.Default.ExecCredential)?.Status;
            if (status is null || (status.Token is null && status.ClientCertificateData is null))
            {
                throw new ConfigurationException($"exec plug-in {plugin.Command} gave neither status.token nor status.clientCertificateData.");
            }
            var certificate = status.ClientCertificateData is { } pem
                ? ClientCertificate.FromPem(pem, status.ClientKeyData ?? "", $"exec plug-in {plugin.Command}")
                : null;
            return new Held(new Credential(status.Token, certificate), status.ExpirationTimestamp);
        }
        catch (JsonException e)
        {
            // Not the output itself: it may hold a token.
            throw new ConfigurationException($"exec plug-in {plugin.Command} printed no ExecCredential in JSON (position {e.BytePositionInLine} of line {e.LineNumber}).", e);
        }
    }

    private string ExecInfo()
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", plugin.ApiVersion);
            json.WriteString("kind", "ExecCredential");
            json.WriteStartObject("spec");
            json.WriteBoolean("interactive", false);
            if (plugin.ProvideClusterInfo)
            {
                json.WriteStartObject("cluster");
                json.WriteString("server", plugin.Server);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(memory.ToArray());
    }

    private async Task<string> ReadBoundedAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (text.Append(buffer, 0, read).Length > LongestOutput)
            {
                throw new ConfigurationException($"exec plug-in {plugin.Command} printed more than {LongestOutput} characters.");
            }
        }
        return text.ToString();
    }

    private sealed record Held(Credential Credential, DateTimeOffset? Expires);
}
