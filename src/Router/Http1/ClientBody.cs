using Canario.Loops;
using Canario.Router.Mirroring;

namespace Canario.Router.Http1;

/// <summary>The body of a client's request, taken out of its framing.</summary>
internal sealed class ClientBody(EventLoop loop, LoopSocket client, ReceiveBuffer input, ClientOptions options, long maxBytes)
{
    // Size lines and trailers of a chunked body are read whole.
    private const int MaxBuffered = 32 * 1024;
    private static readonly byte[] s_continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();
    private BodyReader _reader;
    private long _size;
    private long _received;
    private long _waited;
    private bool _owesContinue;

    /// <summary>Takes down what is read, where the request is copied.</summary>
    public MirrorCopy? Copy { get; set; }

    public bool IsComplete { get; private set; }

    public bool IsChunked => _reader.Framing == BodyFraming.Chunked;

    /// <summary>Its head says so already.</summary>
    public bool IsTooLarge => _reader.Left > maxBytes;

    public void Begin(RequestHead head)
    {
        long length = head.Fields.ContentLength ?? 0;
        var framing = head.Fields.Chunked ? BodyFraming.Chunked : length > 0 ? BodyFraming.Length : BodyFraming.None;
        _reader = new BodyReader(framing, length);
        _size = _received = _waited = 0;
        IsComplete = framing == BodyFraming.None;
        _owesContinue = head.ExpectsContinue && !IsComplete;
    }

    /// <summary>Appends the body as the server is to get it, when all of it has arrived already. Nothing is consumed: another attempt can do the same.</summary>
    public bool TryAppendWhole(OutputBuffer output)
    {
        if (!IsChunked)
        {
            if (_reader.Left > input.Length) return false;
            output.Write(input.Data[..(int)_reader.Left]);
            Copy?.KeepWhole(input.Data[..(int)_reader.Left]);
            return true;
        }
        if (input.IsEmpty) return false;
        int before = output.Length;
        int start = output.BeginChunk();
        var chunks = default(ChunkedReader);
        if (chunks.Read(input.Data, output, out _) != HeadResult.Done || output.Length - start > maxBytes)
        {
            output.Truncate(before);
            return false;
        }
        Copy?.KeepWhole(output.Memory.Span[start..]);
        output.EndChunk(start);
        output.Write("0\r\n\r\n"u8);
        return true;
    }

    /// <summary>Asks a client that waits to be asked. Before the answer's head, which would otherwise be told in the middle of.</summary>
    /// <returns>False: it is gone.</returns>
    public ValueTask<bool> InviteAsync()
    {
        if (!_owesContinue || !input.IsEmpty) return new ValueTask<bool>(true);
        _owesContinue = false;
        return client.SendAsync(s_continue, loop.After(options.Grace));
    }

    /// <summary>Appends what has arrived; waits when nothing has.</summary>
    public async ValueTask<BodyPart> ReadAsync(OutputBuffer output)
    {
        while (true)
        {
            if (!input.IsEmpty)
            {
                int before = output.Length;
                var part = Take(output);
                if (part != BodyPart.Some || output.Length > before) return part;
            }
            if (!input.MakeRoom(MaxBuffered)) return BodyPart.Malformed;
            long since = loop.Now;
            int count = await client.ReceiveAsync(input, Deadline(since));
            _waited += loop.Now - since;
            if (count == 0) return client.TimedOut ? BodyPart.TooSlow : BodyPart.Ended;
            _received += count;
        }
    }

    /// <summary>Drops what is left of the body, as far as it has arrived.</summary>
    /// <returns>Whether that was all: what follows is the next request.</returns>
    public bool TrySkip()
    {
        if (IsComplete) return true;
        // A client that waits to be asked will not send it, or will: nobody knows.
        if (input.IsEmpty) return false;
        var nowhere = new OutputBuffer(loop);
        var part = Take(nowhere);
        nowhere.Clear();
        return part == BodyPart.Last;
    }

    private BodyPart Take(OutputBuffer output)
    {
        int before = output.Length;
        var part = _reader.Take(input, output);
        _size += output.Length - before;
        if (_size > maxBytes) return BodyPart.TooLarge;
        IsComplete = part == BodyPart.Last;
        Copy?.Keep(output.Memory.Span[before..], IsComplete);
        return part;
    }

    // Whoever sent much at once may be silent the longer, up to a limit: the rate is the average, of the time that the router waited.
    private long Deadline(long now)
    {
        var owed = options.Grace + TimeSpan.FromSeconds((double)_received / options.LeastBytesASecond) - loop.Span(_waited);
        if (owed < TimeSpan.Zero) owed = TimeSpan.Zero;
        return now + loop.Stamps(owed < options.StallTimeout ? owed : options.StallTimeout);
    }
}
