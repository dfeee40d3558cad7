using System.Net;
using System.Security.Cryptography;
using Canario.Contract;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Models;

/// <summary>Brings a file to this machine: bounded in size and time, retried when the failure may pass, checked against its digest.</summary>
internal sealed partial class ModelFetcher(ServerOptions options, HttpClient http, TimeProvider time, ILogger<ModelFetcher> logger)
{
    // A server that sends nothing for so long has died; the attempt ends and the next one begins.
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_firstBackOff = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestBackOff = TimeSpan.FromSeconds(15);

    /// <summary>Path of the file on this machine; null when it does not exist and is <paramref name="optional"/>.</summary>
    /// <exception cref="ModelLoadException">Unreachable, forbidden, missing, too large, too slow, or of another digest.</exception>
    public async Task<string?> FetchAsync(Uri uri, string sha256, long maximumBytes, bool optional, CancellationToken cancellation)
    {
        if (uri.IsFile) return await UseFileAsync(uri.LocalPath, sha256, maximumBytes, optional, cancellation);

        string cached = Path.Combine(options.CacheDirectory, "sha256", sha256);
        if (sha256.Length > 0 && File.Exists(cached) && await HashFileAsync(cached, cancellation) == sha256)
        {
            Log.FoundInCache(logger, cached);
            return cached;
        }

        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await DownloadAsync(uri, sha256, maximumBytes, optional, cancellation);
            }
            catch (Exception e) when (IsTransient(e) && !cancellation.IsCancellationRequested)
            {
                if (attempt >= options.FetchAttempts)
                    throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{Show(uri)} could not be fetched in {attempt} attempts: {e.Message}");
                TimeSpan delay = BackOff(attempt);
                Log.Retrying(logger, Show(uri), attempt, e.Message, delay.TotalMilliseconds);
                await Task.Delay(delay, time, cancellation);
            }
        }
    }

    private static async Task<string?> UseFileAsync(string path, string sha256, long maximumBytes, bool optional, CancellationToken cancellation)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            if (optional) return null;
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{path} does not exist");
        }

        if (file.Length > maximumBytes) throw TooLarge(path, maximumBytes);
        try
        {
            if (sha256.Length > 0) RequireDigest(path, sha256, await HashFileAsync(path, cancellation));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{path} cannot be read: {e.Message}");
        }

        return path;
    }

    private async Task<string?> DownloadAsync(Uri uri, string sha256, long maximumBytes, bool optional, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stalled.CancelAfter(s_stall);
        using HttpResponseMessage response = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, stalled.Token);
        if (optional && response.StatusCode is (HttpStatusCode.NotFound or HttpStatusCode.Gone)) return null;
        if (!response.IsSuccessStatusCode)
        {
            string message = $"{Show(uri)} answered {(int)response.StatusCode} {response.ReasonPhrase}";
            // Only these may be different in a moment; a refusal stays one.
            if ((int)response.StatusCode is 408 or 425 or 429 or >= 500) throw new HttpRequestException(message);
            throw new ModelLoadException(ExitCodes.ModelUnavailable, message);
        }

        if (response.Content.Headers.ContentLength > maximumBytes) throw TooLarge(Show(uri), maximumBytes);

        string folder = Path.Combine(options.CacheDirectory, "sha256");
        string partial = Path.Combine(folder, $".{Guid.NewGuid():N}.partial");
        try
        {
            Directory.CreateDirectory(folder);
            string digest = await CopyAsync(response, partial, Show(uri), maximumBytes, stalled);
            if (sha256.Length > 0) RequireDigest(Show(uri), sha256, digest);
            string path = Path.Combine(folder, digest);
            File.Move(partial, path, overwrite: true);
            Log.Fetched(logger, Show(uri), digest, new FileInfo(path).Length);
            return path;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"the cache folder {folder} cannot be written: {e.Message}");
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static async Task<string> CopyAsync(HttpResponseMessage response, string path, string source, long maximumBytes, CancellationTokenSource stalled)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using Stream from = await response.Content.ReadAsStreamAsync(stalled.Token);
        await using var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
        var buffer = new byte[1 << 17];
        long total = 0;
        while (true)
        {
            stalled.CancelAfter(s_stall);
            int read = await from.ReadAsync(buffer, stalled.Token);
            if (read == 0) break;
            total += read;
            if (total > maximumBytes) throw TooLarge(source, maximumBytes);
            hash.AppendData(buffer, 0, read);
            await to.WriteAsync(buffer.AsMemory(0, read), stalled.Token);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<string> HashFileAsync(string path, CancellationToken cancellation)
    {
        await using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }

    private static void RequireDigest(string source, string expected, string actual)
    {
        if (expected != actual) throw new ModelLoadException(ExitCodes.WrongDigest, $"{source} has sha256 {actual}; {expected} was asked for");
    }

    private static ModelLoadException TooLarge(string source, long maximumBytes) =>
        new(ExitCodes.ModelUnavailable, $"{source} is larger than {maximumBytes} bytes");

    /// <summary>Without the query and the user: either may be a secret.</summary>
    private static string Show(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static bool IsTransient(Exception e) => e is HttpRequestException or OperationCanceledException or HttpIOException
        || e is IOException and not FileNotFoundException;

    private static TimeSpan BackOff(int attempt)
    {
        double doubled = s_firstBackOff.TotalMilliseconds * Math.Pow(2, attempt - 1);
#pragma warning disable CA5394 // Spreads retries of many pods; nothing secret.
        double jittered = Math.Min(doubled, s_longestBackOff.TotalMilliseconds) * (0.75 + Random.Shared.NextDouble() / 2);
#pragma warning restore CA5394
        return TimeSpan.FromMilliseconds(jittered);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The model is in the cache: {Path}")]
        public static partial void FoundInCache(ILogger logger, string path);

        [LoggerMessage(2, LogLevel.Information, "Fetched {Source}: sha256 {Digest}, {Bytes} bytes")]
        public static partial void Fetched(ILogger logger, string source, string digest, long bytes);

        [LoggerMessage(3, LogLevel.Warning, "Fetching {Source} failed at attempt {Attempt}: {Reason}; again in {DelayMilliseconds} ms")]
        public static partial void Retrying(ILogger logger, string source, int attempt, string reason, double delayMilliseconds);
    }
}
