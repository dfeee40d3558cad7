using System.Net;
using System.Net.Http.Headers;
using Canario.Contract;
using Canario.InferenceServer.Models.Sources;

namespace Canario.InferenceServer.Models.Fetching;

/// <summary>Brings a file over HTTP into the cache: streamed, bounded, taken up again where it broke, checked against its digest.</summary>
internal sealed partial class Downloader(WebClient web, Retries retries, ModelCache cache, TimeProvider time, ILogger logger)
{
    private const int BufferBytes = 1 << 17;

    // An attempt that brought so much is no failure of a row: a large model over a bad line still comes, and the attempts stay bounded by its size.
    private const long ProgressBytes = 1 << 20;

    private static readonly TimeSpan s_progressInterval = TimeSpan.FromSeconds(5);

    /// <summary>Path of the file in the cache; null when it does not exist and is <paramref name="optional"/>.</summary>
    /// <exception cref="ModelLoadException">Unreachable, forbidden, missing, too large, or of another digest.</exception>
    public async Task<string?> FetchAsync(SourceFile file, string sha256, SizeLimit limit, bool optional, CancellationToken cancellation)
    {
        using PartialFile partial = await OpenAsync(file, sha256, cancellation);
        try
        {
            for (int failures = 0; ;)
            {
                long before = partial.Length;
                try
                {
                    if (!await ContinueAsync(file, partial, sha256.Length > 0, limit, optional, cancellation))
                    {
                        partial.Delete();
                        return null;
                    }

                    string digest = partial.Digest();
                    if (sha256.Length == 0 || digest == sha256) return await KeepAsync(file, partial, digest, cancellation);
                    bool joined = partial.IsJoined;
                    partial.Restart(null);
                    // Parts of two versions: a fresh one may be right.
                    if (!joined) throw ModelCache.WrongDigest(file.Shown, sha256, digest);
                    throw new HttpRequestException($"what came in parts has sha256 {digest}; {sha256} was asked for");
                }
                catch (Exception e) when (Retries.IsTransient(e) && !cancellation.IsCancellationRequested)
                {
                    failures = partial.Length - before >= ProgressBytes ? 1 : failures + 1;
                    await retries.WaitAsync(file.Shown, failures, e, cancellation);
                }
            }
        }
        catch (ModelLoadException) when (partial.Length == 0 || !partial.CanGoOn(sha256.Length > 0))
        {
            partial.Delete();
            throw;
        }
        catch (UnauthorizedAccessException e)
        {
            throw cache.NotWritable(e);
        }
    }

    private async Task<PartialFile> OpenAsync(SourceFile file, string sha256, CancellationToken cancellation)
    {
        try
        {
            // Without the query: a signature in it is another one after a restart.
            return await PartialFile.OpenAsync(cache.Folder, $"{file.Address!.Authority} {file.Shown} {sha256}", cancellation);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw cache.NotWritable(e);
        }
    }

    private async Task<string> KeepAsync(SourceFile file, PartialFile partial, string digest, CancellationToken cancellation)
    {
        string path = cache.PathOf(digest);
        await partial.MoveAsync(path, cancellation);
        Log.Fetched(logger, file.Shown, digest, partial.Length);
        return path;
    }

    /// <summary>One attempt: asks for what is missing. False: there is no such file.</summary>
    private async Task<bool> ContinueAsync(SourceFile file, PartialFile partial, bool digestIsKnown, SizeLimit limit, bool optional, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stalled.CancelAfter(Retries.Stall);
        // With neither a validator nor a digest nobody could tell that the parts belong together.
        bool resumes = partial.Length > 0 && partial.CanGoOn(digestIsKnown);
        using HttpResponseMessage response = await web.SendAsync(
            file,
            request =>
            {
                if (!resumes) return;
                request.Headers.Range = new RangeHeaderValue(partial.Length, null);
                if (partial.Validator is { } validator) request.Headers.IfRange = validator.Condition;
            },
            stalled.Token);
        if (optional && response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone) return false;
        if (optional && file.ForbiddenMayMeanMissing && response.StatusCode == HttpStatusCode.Forbidden)
        {
            Log.TakenAsMissing(logger, file.Shown);
            return false;
        }

        if (resumes && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            bool changed = HasChanged(partial, Validator.Of(response));
            if (!changed && response.Content.Headers.ContentRange?.Length == partial.Length)
            {
                // All of it had come before.
                partial.GoOn();
                return true;
            }

            partial.Restart(null);
            throw new HttpRequestException(changed ? "it has changed" : "it is shorter now than what came already");
        }

        await WebClient.RequireSuccessAsync(file.Shown, response, stalled.Token);
        if (response.Content.Headers.ContentEncoding.Count > 0)
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{file.Shown} came with encoding {response.Content.Headers.ContentEncoding.First()}, which was not asked for");
        long? total = Join(file, partial, response, resumes, digestIsKnown);
        if (total > limit.Left) throw TooLarge(file, partial, limit);
        await CopyAsync(file, response, partial, total, limit, stalled);
        return true;
    }

    /// <summary>Goes on where the answer does, or drops what came where it begins anew. The whole length, where it is told.</summary>
    private long? Join(SourceFile file, PartialFile partial, HttpResponseMessage response, bool resumes, bool digestIsKnown)
    {
        Validator? validator = Validator.Of(response);
        if (response.StatusCode != HttpStatusCode.PartialContent)
        {
            if (resumes) Log.StartedOver(logger, file.Shown, validator is not null && validator.Value == partial.Validator?.Value ? "the server sends no parts" : "it has changed");
            partial.Restart(validator);
            return response.Content.Headers.ContentLength;
        }

        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        bool changed = HasChanged(partial, validator);
        if (!resumes || range?.From != partial.Length || changed)
        {
            partial.Restart(null);
            throw new HttpRequestException(changed ? "it has changed" : $"it answered bytes from {range?.From}, which were not asked for");
        }

        if (range.Length is null && !digestIsKnown)
        {
            // Nobody could tell whether the part reaches the file's end.
            partial.Restart(null);
            throw new HttpRequestException("it answered a part without the length of the whole");
        }

        Log.GoesOn(logger, file.Shown, partial.Length, range.Length ?? 0);
        partial.GoOn();
        return range.Length;
    }

    private async Task CopyAsync(SourceFile file, HttpResponseMessage response, PartialFile partial, long? total, SizeLimit limit, CancellationTokenSource stalled)
    {
        await using Stream from = await response.Content.ReadAsStreamAsync(stalled.Token);
        byte[] buffer = new byte[BufferBytes];
        long told = time.GetTimestamp();
        while (true)
        {
            stalled.CancelAfter(Retries.Stall);
            int read = await from.ReadAsync(buffer, stalled.Token);
            if (read == 0) break;
            if (partial.Length + read > limit.Left) throw TooLarge(file, partial, limit);
            await partial.AppendAsync(buffer.AsMemory(0, read), stalled.Token);
            if (time.GetElapsedTime(told) < s_progressInterval) continue;
            told = time.GetTimestamp();
            Log.Progress(logger, file.Shown, partial.Length, total ?? 0);
        }

        if (partial.Length < total) throw new HttpRequestException($"it ended at byte {partial.Length} of {total}");
        if (!(partial.Length > total)) return;
        // Which of the bytes are too many nobody knows.
        partial.Restart(null);
        throw new HttpRequestException($"it is longer than the {total} bytes that were told");
    }

    // Not every server obeys If-Range.
    private static bool HasChanged(PartialFile partial, Validator? validator) => partial.Validator is not null && validator is not null && validator.Value != partial.Validator.Value;

    private static ModelLoadException TooLarge(SourceFile file, PartialFile partial, SizeLimit limit)
    {
        partial.Restart(null);
        return limit.Refuse(file.Shown);
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "Fetched {Source}: sha256 {Digest}, {Bytes} bytes")]
        public static partial void Fetched(ILogger logger, string source, string digest, long bytes);

        [LoggerMessage(4, LogLevel.Information, "Fetching {Source}: {Bytes} of {Total} bytes")]
        public static partial void Progress(ILogger logger, string source, long bytes, long total);

        [LoggerMessage(5, LogLevel.Information, "Going on with {Source} at byte {Offset} of {Total}")]
        public static partial void GoesOn(ILogger logger, string source, long offset, long total);

        [LoggerMessage(6, LogLevel.Warning, "Fetching {Source} from its beginning: {Reason}")]
        public static partial void StartedOver(ILogger logger, string source, string reason);

        [LoggerMessage(7, LogLevel.Warning, "{Source} is taken as missing: it was answered 403, which a server answers for what is not there to those who may not list it")]
        public static partial void TakenAsMissing(ILogger logger, string source);
    }
}
