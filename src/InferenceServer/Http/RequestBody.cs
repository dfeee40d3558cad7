using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Canario.InferenceServer.Http;

/// <summary>A request's whole body in one piece of memory: the server's own buffer where it fits one, else a rented one.</summary>
internal readonly struct RequestBody : IDisposable
{
    private readonly PipeReader? _reader;
    private readonly SequencePosition _end;
    private readonly byte[]? _rented;

    private RequestBody(ReadOnlyMemory<byte> bytes, PipeReader? reader, SequencePosition end, byte[]? rented)
    {
        Bytes = bytes;
        _end = end;
        _reader = reader;
        _rented = rented;
    }

    /// <summary>Valid until disposed.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <param name="context">Of the request.</param>
    /// <param name="maximumBytes">Of the body.</param>
    /// <param name="deadline">Ends the wait for more of it. Not the read: Kestrel breaks a connection whose read was cancelled, and the answer with it.</param>
    /// <exception cref="RequestException">413: larger than <paramref name="maximumBytes"/>.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, long maximumBytes, CancellationToken deadline = default)
    {
        if (context.Request.ContentLength > maximumBytes) throw TooLarge(maximumBytes);
        PipeReader reader = context.Request.BodyReader;
        using CancellationTokenRegistration ended = deadline.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), reader);
        ReadResult result = await reader.ReadAsync(context.RequestAborted);
        if (result.IsCanceled)
        {
            reader.AdvanceTo(result.Buffer.End);
            throw new OperationCanceledException(deadline);
        }

        if (result.IsCompleted && result.Buffer.IsSingleSegment)
            return new RequestBody(result.Buffer.First, reader, result.Buffer.End, null).Checked(maximumBytes);

        byte[] rented = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(context.Request.ContentLength ?? 0, 16 << 10), maximumBytes));
        int length = 0;
        while (true)
        {
            long total = length + result.Buffer.Length;
            if (total > maximumBytes)
            {
                reader.AdvanceTo(result.Buffer.End);
                ArrayPool<byte>.Shared.Return(rented);
                throw TooLarge(maximumBytes);
            }

            if (total > rented.Length)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(total, rented.Length * 2L), maximumBytes));
                rented.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(rented);
                rented = larger;
            }

            result.Buffer.CopyTo(rented.AsSpan(length));
            length = (int)total;
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return new RequestBody(rented.AsMemory(0, length), null, default, rented);
            result = await reader.ReadAsync(context.RequestAborted);
            if (!result.IsCanceled) continue;
            reader.AdvanceTo(result.Buffer.End);
            ArrayPool<byte>.Shared.Return(rented);
            throw new OperationCanceledException(deadline);
        }
    }

    public void Dispose()
    {
        _reader?.AdvanceTo(_end);
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
    }

    private static RequestException TooLarge(long maximumBytes) =>
        new(StatusCodes.Status413PayloadTooLarge, $"the body is larger than {maximumBytes} bytes");

    private RequestBody Checked(long maximumBytes) => Bytes.Length <= maximumBytes ? this : throw TooLarge(maximumBytes);
}
