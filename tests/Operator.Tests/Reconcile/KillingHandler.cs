namespace Canario.Operator.Tests.Reconcile;

/// <summary>Ends a process at one of its writes: the request reaches the API server or not, the answer never comes back, and nothing is sent any more.</summary>
internal sealed class KillingHandler(int killAt, bool afterTheWrite) : DelegatingHandler
{
    private readonly TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _writes;

    public Task Killed => _killed.Task;

    public int Writes => Volatile.Read(ref _writes);

    /// <summary>For the client, which has its transport from the first request on.</summary>
    public HttpMessageHandler Around(HttpMessageHandler inner)
    {
        InnerHandler = inner;
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_killed.Task.IsCompleted)
            throw new HttpRequestException("killed");
        // Events tell, they change nothing.
        if (request.Method == HttpMethod.Get || request.RequestUri!.AbsolutePath.Contains("/events", StringComparison.Ordinal))
            return await base.SendAsync(request, cancellationToken);
        if (Interlocked.Increment(ref _writes) != killAt)
            return await base.SendAsync(request, cancellationToken);
        if (afterTheWrite)
            (await base.SendAsync(request, cancellationToken)).Dispose();
        _killed.TrySetResult();
        throw new HttpRequestException("killed");
    }
}
