using System.IO.Pipelines;
using System.Net;

namespace Canario.Router.Http2;

/// <summary>A request body on its way from the client's HTTP/2 stream to the server's. Flushed as it comes: a gRPC stream's messages must not wait for each other.</summary>
internal sealed class PipeContent(PipeReader body, long? length) : HttpContent
{
    /// <summary>Bytes may be with a server.</summary>
    public bool Started { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // HttpClient sends again what a server refused while closing: it must not do so with the rest of a body.
        if (Started) throw new IOException("the body is on its way already and cannot be sent again");
        while (true)
        {
            if (!body.TryRead(out var read))
            {
                // The head too leaves only with the first flush, and a client may wait for the answer's head before it says anything.
                await stream.FlushAsync(cancellationToken);
                read = await body.ReadAsync(cancellationToken);
            }
            Started = true;
            foreach (var segment in read.Buffer) await stream.WriteAsync(segment, cancellationToken);
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length ?? 0;
        return length is not null;
    }
}
