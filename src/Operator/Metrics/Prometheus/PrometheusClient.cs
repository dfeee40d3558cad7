using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Canario.Operator.Metrics.Prometheus;

/// <summary>Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/), as far as gates need it.</summary>
sealed class PrometheusClient(HttpClient http)
{
    /// <summary>100 features in 20 bins of 10 pods over 5 minutes at 15 s are about 12 MiB.</summary>
    private const int MaxResponseBytes = 32 << 20;
    private const int LongestQuoted = 300;

    /// <summary>An HttpClient that follows no redirect: the Authorization header is meant for one address only.</summary>
    public static HttpClient CreateHttpClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        AutomaticDecompression = System.Net.DecompressionMethods.GZip,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The raw samples of a selector in the window that ends at a time.</summary>
    /// <exception cref="PrometheusException">No answer in time, an error, or an answer that is no range vector or is too large.</exception>
    public async Task<IReadOnlyList<MetricSeries>> ReadRangeAsync(
        MetricTarget target, string selector, TimeSpan window, DateTimeOffset until, CancellationToken cancellationToken)
    {
        if (target.Address is not { } address)
            throw new PrometheusException(target.Problem ?? "no Prometheus address is configured");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(target.Timeout);
        try
        {
            using var request = BuildRequest(address, target.Authorization, selector, window, until);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            using var body = await ReadBoundedAsync(response.Content, limit.Token);
            return Parse((int)response.StatusCode, body);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PrometheusException($"{address}: no answer within {target.Timeout.TotalSeconds:0.###} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            throw new PrometheusException($"{address}: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new PrometheusException($"{address}: the answer is no JSON: {e.Message}", e);
        }
    }

    private static HttpRequestMessage BuildRequest(Uri address, string? authorization, string selector, TimeSpan window, DateTimeOffset until)
    {
        var root = address.AbsoluteUri.TrimEnd('/');
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{root}/api/v1/query"))
        {
            Content = new FormUrlEncodedContent(
            [
                new("query", $"{selector}[{Math.Max(1, (long)Math.Ceiling(window.TotalMilliseconds))}ms]"),
                new("time", (until.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture)),
            ]),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (authorization is not null && !request.Headers.TryAddWithoutValidation("Authorization", authorization))
            throw new PrometheusException("the authorization header from the Secret is not a valid header value");
        return request;
    }

    private static async Task<MemoryStream> ReadBoundedAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new MemoryStream();
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var piece = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(piece, cancellationToken)) > 0)
        {
            if (buffer.Length + read > MaxResponseBytes)
                throw new InvalidDataException($"the answer is larger than {MaxResponseBytes >> 20} MiB; watch fewer features or shorten the step");
            buffer.Write(piece, 0, read);
        }

        buffer.Position = 0;
        return buffer;
    }

    private static List<MetricSeries> Parse(int status, MemoryStream body)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException) when (status is < 200 or > 299)
        {
            throw new InvalidDataException($"HTTP status {status}");
        }

        using (document)
        {
            var root = document.RootElement;
            if (status is < 200 or > 299 || Text(root, "status") != "success")
                throw new InvalidDataException(Cut($"HTTP status {status}, {Text(root, "errorType") ?? "error"}: {Text(root, "error") ?? "no message"}"));
            if (!root.TryGetProperty("data", out var data) || Text(data, "resultType") != "matrix" || !data.TryGetProperty("result", out var result))
                throw new InvalidDataException("the answer is no range vector");
            var series = new List<MetricSeries>(result.GetArrayLength());
            foreach (var one in result.EnumerateArray())
                series.Add(ParseSeries(one));
            return series;
        }
    }

    private static MetricSeries ParseSeries(JsonElement series)
    {
        try
        {
            var labels = series.GetProperty("metric").EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString() ?? "", StringComparer.Ordinal);
            var values = series.GetProperty("values");
            var samples = new MetricSample[values.GetArrayLength()];
            var at = 0;
            foreach (var pair in values.EnumerateArray())
                samples[at++] = new MetricSample(pair[0].GetDouble(), ParseValue(pair[1].GetString()));
            return new MetricSeries(labels, samples);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("a series of the answer is malformed", e);
        }
    }

    private static double ParseValue(string? text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        null => throw new FormatException("a sample has no value"),
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static string? Text(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Cut(string text) => text.Length <= LongestQuoted ? text : text[..LongestQuoted] + "…";
}
