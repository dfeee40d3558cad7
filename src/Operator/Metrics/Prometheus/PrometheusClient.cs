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
    public Task<IReadOnlyList<MetricSeries>> ReadRangeAsync(
        MetricTarget target, string selector, TimeSpan window, DateTimeOffset until, CancellationToken cancellationToken) =>
        AskAsync(target, $"{selector}[{Math.Max(1, (long)Math.Ceiling(window.TotalMilliseconds))}ms]", until, ParseMatrix, cancellationToken);

    /// <summary>What a query gives at a time: a number a series, or the one number of a scalar.</summary>
    /// <exception cref="PrometheusException">No answer in time, an error, or an answer that is neither a vector nor a scalar or is too large.</exception>
    public Task<IReadOnlyList<double>> ReadValuesAsync(MetricTarget target, string query, DateTimeOffset at, CancellationToken cancellationToken) =>
        AskAsync(target, query, at, ParseValues, cancellationToken);

    /// <summary>The series of an instant vector with their labels.</summary>
    /// <exception cref="PrometheusException">No answer in time, an error, or an answer that is no vector or is too large.</exception>
    public Task<IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, double Value)>> ReadVectorAsync(MetricTarget target, string query, DateTimeOffset at, CancellationToken cancellationToken) =>
        AskAsync(target, query, at, ParseVector, cancellationToken);

    private async Task<IReadOnlyList<T>> AskAsync<T>(MetricTarget target, string query, DateTimeOffset at, Func<JsonElement, IReadOnlyList<T>> parse, CancellationToken cancellationToken)
    {
        if (target.Address is not { } address)
            throw new PrometheusException(target.Problem ?? "no Prometheus address is configured");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(target.Timeout);
        try
        {
            using var request = BuildRequest(address, target.Authorization, query, at);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            using var body = await ReadBoundedAsync(response.Content, limit.Token);
            return Parse((int)response.StatusCode, body, parse);
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

    private static HttpRequestMessage BuildRequest(Uri address, string? authorization, string query, DateTimeOffset at)
    {
        var root = address.AbsoluteUri.TrimEnd('/');
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{root}/api/v1/query"))
        {
            Content = new FormUrlEncodedContent(
            [
                new("query", query),
                new("time", (at.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture)),
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

    private static IReadOnlyList<T> Parse<T>(int status, MemoryStream body, Func<JsonElement, IReadOnlyList<T>> parse)
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
            return parse(root.TryGetProperty("data", out var data) ? data : default);
        }
    }

    private static List<MetricSeries> ParseMatrix(JsonElement data)
    {
        if (Text(data, "resultType") != "matrix" || !data.TryGetProperty("result", out var result))
            throw new InvalidDataException("the answer is no range vector");
        return [.. result.EnumerateArray().Select(ParseSeries)];
    }

    private static List<double> ParseValues(JsonElement data)
    {
        try
        {
            return Text(data, "resultType") switch
            {
                "scalar" => [ParseValue(data.GetProperty("result")[1].GetString())],
                "vector" => [.. data.GetProperty("result").EnumerateArray().Select(series => ParseValue(series.GetProperty("value")[1].GetString()))],
                var other => throw new InvalidDataException($"the query gives no number but a {other ?? "malformed answer"}"),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("a value of the answer is malformed", e);
        }
    }

    private static List<(IReadOnlyDictionary<string, string> Labels, double Value)> ParseVector(JsonElement data)
    {
        if (Text(data, "resultType") != "vector" || !data.TryGetProperty("result", out var result))
            throw new InvalidDataException("the answer is no instant vector");
        try
        {
            return [.. result.EnumerateArray().Select(series => (Labels(series), ParseValue(series.GetProperty("value")[1].GetString())))];
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("a series of the answer is malformed", e);
        }

        static IReadOnlyDictionary<string, string> Labels(JsonElement series) =>
            series.GetProperty("metric").EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString() ?? "", StringComparer.Ordinal);
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
