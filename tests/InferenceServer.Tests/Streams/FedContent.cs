using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Canario.InferenceServer.Tests.Streams;

/// <summary>A request body that the test writes while the answer comes.</summary>
internal sealed class FedContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FedContent() => Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");

    public async Task FeedAsync(string text)
    {
        Stream stream = await _stream.Task;
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await stream.FlushAsync();
    }

    public void End() => _end.SetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        // The head alone goes out at once.
        await stream.FlushAsync();
        _stream.SetResult(stream);
        await _end.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
