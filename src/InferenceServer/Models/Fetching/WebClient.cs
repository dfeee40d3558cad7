using System.Net;
using Canario.Contract;
using Canario.InferenceServer.Models.Sources;

namespace Canario.InferenceServer.Models.Fetching;

/// <summary>One request with its credentials; and small documents whole, tried again when the failure may pass.</summary>
/// <param name="http">Of <see cref="CreateHttp"/>.</param>
/// <param name="retries">Of small documents.</param>
internal sealed class WebClient(HttpClient http, Retries retries)
{
    private const int MaximumRedirects = 10;

    /// <summary>It follows no redirect by itself: of a request's credentials it would drop only <c>Authorization</c>.</summary>
    public static HttpClient CreateHttp() => new(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The answer's head. Asked twice where the first answer is a challenge that can be met. Credentials go to the file's own address, never where a redirect leads.</summary>
    public async Task<HttpResponseMessage> SendAsync(SourceFile file, Action<HttpRequestMessage>? prepare, CancellationToken cancellation)
    {
        Uri address = file.Address!;
        bool challenged = false;
        for (int redirects = 0; ;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            prepare?.Invoke(request);
            if (redirects == 0) file.Authorize?.Invoke(request);
            HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (file.FollowsRedirects && TargetOf(response, address) is { } target)
            {
                response.Dispose();
                if (redirects == MaximumRedirects)
                    throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{file.Shown} answered more than {MaximumRedirects} redirects, the last to {Refusal.Clean(WebSource.Show(target))}");
                address = target;
                redirects++;
                continue;
            }

            if (response.StatusCode != HttpStatusCode.Unauthorized || redirects > 0 || challenged || file.Challenge is null) return response;
            using (response)
            {
                if (!await file.Challenge(response, cancellation)) throw new ModelLoadException(ExitCodes.ModelUnavailable, await RefuseAsync(file.Shown, response, cancellation));
            }

            challenged = true;
        }
    }

    /// <summary>A document of at most <paramref name="maximumBytes"/>, with its media type.</summary>
    /// <exception cref="ModelLoadException">Unreachable, refused or too large.</exception>
    public async Task<(byte[] Body, string MediaType)> ReadAsync(SourceFile file, int maximumBytes, Action<HttpRequestMessage>? prepare, CancellationToken cancellation)
    {
        for (int failures = 0; ;)
        {
            try
            {
                using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                stalled.CancelAfter(Retries.Stall);
                using HttpResponseMessage response = await SendAsync(file, prepare, stalled.Token);
                await RequireSuccessAsync(file.Shown, response, stalled.Token);
                await using Stream body = await response.Content.ReadAsStreamAsync(stalled.Token);
                byte[] buffer = new byte[maximumBytes + 1];
                int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stalled.Token);
                if (length > maximumBytes) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{file.Shown} is larger than {maximumBytes} bytes");
                return (buffer[..length], response.Content.Headers.ContentType?.MediaType ?? "");
            }
            catch (Exception e) when (Retries.IsTransient(e) && !cancellation.IsCancellationRequested)
            {
                await retries.WaitAsync(file.Shown, ++failures, e, cancellation);
            }
        }
    }

    /// <exception cref="HttpRequestException">A failure that may pass.</exception>
    /// <exception cref="ModelLoadException">One that will not.</exception>
    public static async Task RequireSuccessAsync(string shown, HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode) return;
        string message = await RefuseAsync(shown, response, cancellation);
        if (Retries.IsTransient((int)response.StatusCode)) throw new HttpRequestException(message);
        throw new ModelLoadException(ExitCodes.ModelUnavailable, message);
    }

    private static async Task<string> RefuseAsync(string shown, HttpResponseMessage response, CancellationToken cancellation) =>
        $"{shown} {await Refusal.DescribeAsync(response, cancellation)}";

    /// <summary>Null: it leads nowhere that may be gone to, such as from https to http.</summary>
    private static Uri? TargetOf(HttpResponseMessage response, Uri from)
    {
        if ((int)response.StatusCode is not (300 or 301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) return null;
        Uri target = location.IsAbsoluteUri ? location : new Uri(from, location);
        return target.Scheme == "https" || target.Scheme == "http" && from.Scheme == "http" ? target : null;
    }
}
