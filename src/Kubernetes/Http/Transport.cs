using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Http;

/// <summary>HTTP with credentials, rate limit, time-outs, retries on the server's request, and typed errors.</summary>
internal sealed class Transport : IDisposable
{
    private readonly KubernetesClientOptions _options;
    private readonly IClusterCredentials _credentials;
    private readonly Connections _connections;
    private readonly Uri _server;
    private readonly TimeProvider _time;
    private readonly TokenBucket _bucket;
    private long _writes;

    public Transport(ClusterAccess access, KubernetesClientOptions options, TimeProvider time)
    {
        _options = options;
        _credentials = access.Credentials;
        _time = time;
        _server = access.Server.AbsoluteUri.EndsWith('/') ? access.Server : new Uri(access.Server.AbsoluteUri + "/");
        _bucket = new TokenBucket(options.QueriesPerSecond, options.Burst, time);
        _connections = new Connections(access, options);
    }

    public long Writes => Interlocked.Read(ref _writes);

    /// <summary>Sends, and retries as long as the server says when to. Returns null only when <paramref name="json"/> is null.</summary>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, Body? body, JsonTypeInfo<T>? json, CancellationToken cancellationToken) where T : class
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        if (method != HttpMethod.Get)
        {
            Interlocked.Increment(ref _writes);
        }
        try
        {
            using var response = await SendWithRetriesAsync(method, path, body, both.Token);
            return json is null ? null! : await ReadAsync(response, json, $"{method} {path}", both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesException(KubernetesError.Unavailable, $"{method} {path}: no answer within {_options.Timeout.TotalSeconds} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new KubernetesException(KubernetesError.Unavailable, $"{method} {path}: {e.Message}", e);
        }
    }

    /// <summary>Opens a watch: the time-out ends with the response's head.</summary>
    public async Task<WatchStream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var response = await SendWithRetriesAsync(HttpMethod.Get, path, null, both.Token);
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return new WatchStream(response, stream, path, _options.WatchIdle, _options.MaxResponseBytes, _time);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesException(KubernetesError.Unavailable, $"GET {path}: no answer within {_options.Timeout.TotalSeconds} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new KubernetesException(KubernetesError.Unavailable, $"GET {path}: {e.Message}", e);
        }
    }

    public void Dispose() => _connections.Dispose();

    private async Task<HttpResponseMessage> SendWithRetriesAsync(HttpMethod method, string path, Body? body, CancellationToken cancellationToken)
    {
        var renewed = false;
        for (var attempt = 0; ; attempt++)
        {
            await _bucket.TakeAsync(cancellationToken);
            var response = await SendOnceAsync(method, path, body, renewed, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }
            using (response)
            {
                var error = await ReadErrorAsync(response, $"{method} {path}", cancellationToken);
                // A token or a certificate may have been rotated, or revoked, since it was read.
                if (error.Error == KubernetesError.Unauthorized && !renewed)
                {
                    renewed = true;
                    continue;
                }
                var mayRetry = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.InternalServerError;
                if (!mayRetry || error.RetryAfter is not { } wait || attempt >= _options.MaxRetries || wait > _options.Timeout)
                {
                    throw error;
                }
                await Task.Delay(wait, _time, cancellationToken);
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, string path, Body? body, bool renew, CancellationToken cancellationToken)
    {
        var credential = await GetCredentialAsync(renew, $"{method} {path}", cancellationToken);
        using var request = new HttpRequestMessage(method, new Uri(_server, path))
        {
            Version = _options.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.Json));
        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        if (credential.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        if (body is { } sent)
        {
            request.Content = new ReadOnlyMemoryContent(sent.Json);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(sent.MediaType);
        }
        return await _connections.SendAsync(request, credential.Certificate, cancellationToken);
    }

    private async ValueTask<Credential> GetCredentialAsync(bool renew, string request, CancellationToken cancellationToken)
    {
        try
        {
            return await _credentials.GetAsync(renew, cancellationToken);
        }
        catch (ConfigurationException e)
        {
            // A plug-in that fails now may work in a minute; loops that retry must see an error that they know.
            throw new KubernetesException(KubernetesError.Unauthorized, $"{request}: {e.Message}", e);
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> json, string request, CancellationToken cancellationToken) where T : class
    {
        using var buffer = await ReadBytesAsync(response, request, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(buffer.WrittenMemory.Span, json) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new KubernetesException(KubernetesError.Other, $"{request}: the answer cannot be read: {e.Message}", e);
        }
    }

    private async Task<KubernetesException> ReadErrorAsync(HttpResponseMessage response, string request, CancellationToken cancellationToken)
    {
        var retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => TimeSpan.FromTicks(Math.Max(0, (date - _time.GetUtcNow()).Ticks)),
            _ => (TimeSpan?)null,
        };
        Status? status = null;
        try
        {
            using var buffer = await ReadBytesAsync(response, request, cancellationToken);
            status = JsonSerializer.Deserialize(buffer.WrittenMemory.Span, KubernetesJson.Default.Status);
        }
        catch (JsonException)
        {
            // A proxy's page, or plain text: the status code has to do.
        }
        return KubernetesException.From(response.StatusCode, status, retryAfter, request);
    }

    private async Task<PooledBuffer> ReadBytesAsync(HttpResponseMessage response, string request, CancellationToken cancellationToken)
    {
        var buffer = new PooledBuffer();
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (response.Content.Headers.ContentLength is { } length && length < _options.MaxResponseBytes)
            {
                buffer.GetMemory((int)length + 1);
            }
            while (true)
            {
                var read = await stream.ReadAsync(buffer.GetMemory(1024), cancellationToken);
                if (read == 0)
                {
                    return buffer;
                }
                buffer.Advance(read);
                if (buffer.Length > _options.MaxResponseBytes)
                {
                    throw new KubernetesException(KubernetesError.Other, $"{request}: the answer is larger than the allowed {_options.MaxResponseBytes} bytes.");
                }
            }
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }
}
