using System.Text.Json;
using Canario.Contract;

namespace Canario.Operator.Traffic.Routers;

/// <summary>
/// Asks a router for all of its models at once: however many reconciles want to know, one request is under way, and a router that does not answer
/// is left alone for some seconds, so that it keeps no worker, and with it no other namespace's rollback, waiting.
/// </summary>
sealed class RouterQuestions(HttpClient http, TimeProvider time)
{
    /// <summary>A router that does not answer in this time has not acknowledged.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(5);

    /// <summary>5,000 ModelDeployments a namespace at less than 100 bytes each.</summary>
    private const int MaxResponseBytes = 1 << 20;

    /// <summary>Routers that are gone are dropped when there are so many; forgetting one that is not costs a request.</summary>
    private const int MostRouters = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Router> _routers = new(StringComparer.Ordinal);

    /// <summary>Null: no answer in time, or no sensible one.</summary>
    public async Task<RouterAcknowledgement?> AskAsync(RouterEndpoint endpoint, CancellationToken cancellationToken)
    {
        Task<RouterAcknowledgement?> answer;
        lock (_lock)
        {
            if (_routers.Count >= MostRouters)
                _routers.Clear();
            var router = _routers.TryGetValue(endpoint.Uid, out var known) ? known : _routers[endpoint.Uid] = new Router();
            if (router.SilentSince != 0 && time.GetElapsedTime(router.SilentSince) < s_silence)
                return null;
            if (router.UnderWay is not { IsCompleted: false })
                router.UnderWay = ReadAsync(router, endpoint.Admin);
            answer = router.UnderWay;
        }

        return await answer.WaitAsync(cancellationToken);
    }

    private async Task<RouterAcknowledgement?> ReadAsync(Router router, Uri admin)
    {
        using var timeout = new CancellationTokenSource(s_timeout, time);
        try
        {
            using var response = await http.GetAsync(new Uri(admin, HttpPaths.RouterConfig), HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            router.SilentSince = 0;
            if (!response.IsSuccessStatusCode)
                return null;
            await response.Content.LoadIntoBufferAsync(MaxResponseBytes, timeout.Token);
            await using var body = await response.Content.ReadAsStreamAsync(timeout.Token);
            var answer = await JsonSerializer.DeserializeAsync(body, ContractJson.Default.RouterAcknowledgement, timeout.Token);
            return answer?.Versions is null ? null : answer;
        }
        catch (OperationCanceledException)
        {
            router.SilentSince = time.GetTimestamp();
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return null;
        }
    }

    private sealed class Router
    {
        public Task<RouterAcknowledgement?>? UnderWay { get; set; }

        /// <summary>Its last question ran into the time-out then. 0: it answered.</summary>
        public long SilentSince { get; set; }
    }
}
