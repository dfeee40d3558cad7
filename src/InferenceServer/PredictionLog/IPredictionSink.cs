namespace Canario.InferenceServer.PredictionLog;

/// <summary>Where prediction events go.</summary>
internal interface IPredictionSink : IDisposable
{
    /// <exception cref="IOException">It was not written.</exception>
    /// <exception cref="HttpRequestException">It was not taken.</exception>
    Task WriteAsync(ReadOnlyMemory<byte> cloudEvent, CancellationToken cancellation);
}
