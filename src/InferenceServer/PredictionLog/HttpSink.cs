using System.Net.Http.Headers;

namespace Canario.InferenceServer.PredictionLog;

/// <summary>Posts each event by itself in the structured mode, which every receiver of CloudEvents takes.</summary>
internal sealed class HttpSink(Uri uri, HttpClient http, TimeProvider time) : IPredictionSink
{
    private const int Attempts = 3;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_backOff = TimeSpan.FromMilliseconds(200);
    private static readonly MediaTypeHeaderValue s_contentType = new("application/cloudevents+json", "utf-8");

    public async Task WriteAsync(ReadOnlyMemory<byte> cloudEvent, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(s_timeout);
            try
            {
                using var content = new ReadOnlyMemoryContent(cloudEvent);
                content.Headers.ContentType = s_contentType;
                using HttpResponseMessage response = await http.PostAsync(uri, content, limit.Token);
                if (response.IsSuccessStatusCode) return;
                string answer = $"the sink answered {(int)response.StatusCode}";
                // Only these may be different in a moment.
                if ((int)response.StatusCode is not (408 or 429 or >= 500)) throw new IOException(answer);
                throw new HttpRequestException(answer);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                if (attempt == Attempts) throw new IOException(e is OperationCanceledException ? $"the sink did not answer within {s_timeout.TotalSeconds} s" : e.Message, e);
                await Task.Delay(s_backOff * attempt, time, cancellation);
            }
        }
    }

    public void Dispose()
    {
    }
}
