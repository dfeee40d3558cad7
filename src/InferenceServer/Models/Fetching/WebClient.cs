using System.Net;
using Canario.Contract;
using Canario.InferenceServer.Models.Sources;

namespace Canario.InferenceServer.Models.Fetching;

/// <summary>One request with its credentials; and small documents whole, tried again when the failure may pass.</summary>
internal sealed class WebClient(HttpClient http, Retries retries)
{
    /// <summary>The answer's head. Asked twice where the first answer is a challenge that can be met.</summary>
    public async Task<HttpResponseMessage> SendAsync(SourceFile file, Action<HttpRequestMessage>? prepare, CancellationToken cancellation)
    {
        for (bool challenged = false; ; challenged = true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, file.Address);
            prepare?.Invoke(request);
            file.Authorize?.Invoke(request);
            HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.StatusCode != HttpStatusCode.Unauthorized || challenged || file.Challenge is null) return response;
            using (response)
            {
                if (!await file.Challenge(response, cancellation)) throw new ModelLoadException(ExitCodes.ModelUnavailable, await RefuseAsync(file.Shown, response, cancellation));
            }
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
}
