using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Canario.Loops.Tests;

/// <summary>What Kestrel is promised of a connection, on a real one.</summary>
public sealed class ConnectionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Bytes_arrive_as_they_were_sent_however_they_are_sent_and_read(int seed)
    {
        await using Pair pair = await Pair.ConnectAsync();
        var random = new Random(seed);
        byte[] sent = new byte[3 << 20];
        random.NextBytes(sent);
        Task sending = Task.Run(async () =>
        {
            var pieces = new Random(seed);
            for (int at = 0; at < sent.Length;)
            {
                int count = Math.Min(sent.Length - at, pieces.Next(4) == 0 ? pieces.Next(1, 100_000) : pieces.Next(1, 3000));
                await pair.Client.SendAsync(sent.AsMemory(at, count));
                at += count;
                if (pieces.Next(20) == 0) await Task.Delay(1);
            }

            pair.Client.Shutdown(SocketShutdown.Send);
        });

        var got = new ArrayBufferWriter<byte>();
        PipeReader reader = pair.Server.Transport.Input;
        while (true)
        {
            // Not always where the bytes were seen.
            if (random.Next(5) == 0) await Task.Yield();
            ReadResult result = random.Next(3) == 0 && reader.TryRead(out ReadResult there) ? there : await reader.ReadAsync(Pair.Soon());
            Assert.True(result.Buffer.IsSingleSegment);
            long taken = random.Next(4) == 0 ? random.NextInt64(result.Buffer.Length + 1) : result.Buffer.Length;
            // Nothing of it: it comes again with more, in one piece.
            if (random.Next(10) == 0 && result.Buffer.Length < 200_000) taken = 0;
            foreach (ReadOnlyMemory<byte> piece in result.Buffer.Slice(0, taken)) got.Write(piece.Span);
            bool all = result.Buffer.Length == taken;
            SequencePosition consumed = result.Buffer.GetPosition(taken);
            if (random.Next(2) == 0 && !result.IsCompleted) reader.AdvanceTo(consumed, result.Buffer.End);
            else reader.AdvanceTo(consumed);
            if (result.IsCompleted && all) break;
        }

        await sending;
        Assert.True(got.WrittenSpan.SequenceEqual(sent));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    public async Task A_client_that_reads_slowly_gets_everything(bool shared, int seed)
    {
        await using Pair pair = await Pair.ConnectAsync(shared, clientBuffer: 8192);
        var random = new Random(seed);
        byte[] sent = new byte[5 << 20];
        random.NextBytes(sent);
        Task writing = Task.Run(async () =>
        {
            var pieces = new Random(seed);
            PipeWriter writer = pair.Server.Transport.Output;
            for (int at = 0; at < sent.Length;)
            {
                int count = Math.Min(sent.Length - at, pieces.Next(5) == 0 ? pieces.Next(1, 300_000) : pieces.Next(1, 9000));
                if (pieces.Next(3) == 0)
                {
                    // More than a block at once.
                    sent.AsSpan(at, count).CopyTo(writer.GetSpan(count));
                    writer.Advance(count);
                }
                else
                {
                    writer.Write(sent.AsSpan(at, count));
                }

                at += count;
                if (pieces.Next(2) == 0) Assert.False((await writer.FlushAsync(Pair.Soon())).IsCompleted);
            }

            await writer.FlushAsync(Pair.Soon());
            Assert.Equal(0, writer.UnflushedBytes);
        });

        byte[] got = new byte[sent.Length];
        for (int at = 0; at < got.Length;)
        {
            int count = await pair.Client.ReceiveAsync(got.AsMemory(at, Math.Min(got.Length - at, random.Next(1, 60_000))), SocketFlags.None, Pair.Soon());
            Assert.NotEqual(0, count);
            at += count;
            if (random.Next(40) == 0) await Task.Delay(1);
        }

        await writing;
        Assert.True(got.AsSpan().SequenceEqual(sent));
    }

    [Fact]
    public async Task A_connection_that_waits_holds_no_memory()
    {
        await using Pair pair = await Pair.ConnectAsync();
        await EchoAsync(pair, 10_000);
        ValueTask<ReadResult> next = pair.Server.Transport.Input.ReadAsync();

        Assert.False(next.IsCompleted);
        while (pair.Pool.Out > 0) await Task.Delay(1, Pair.Soon());
        pair.Client.Dispose();
        Assert.True((await next).IsCompleted);
    }

    [Fact]
    public async Task An_end_is_told_after_what_came_before_it()
    {
        await using Pair pair = await Pair.ConnectAsync();
        await pair.Client.SendAsync(new byte[100]);
        pair.Client.Shutdown(SocketShutdown.Send);

        await Task.Delay(100);
        Assert.False(pair.Server.ConnectionClosed.IsCancellationRequested);
        ReadResult result = await pair.Server.Transport.Input.ReadAsync();
        Assert.Equal(100, result.Buffer.Length);
        pair.Server.Transport.Input.AdvanceTo(result.Buffer.End);
        // Who answers what was read is told that nobody may wait for it.
        await CancelledAsync(pair.Server.ConnectionClosed);
        result = await pair.Server.Transport.Input.ReadAsync();
        Assert.True(result.IsCompleted);
        Assert.True(result.Buffer.IsEmpty);

        // It only said that it sends no more.
        await pair.Server.Transport.Output.WriteAsync("hello"u8.ToArray());
        Assert.Equal(5, await pair.Client.ReceiveAsync(new byte[10]));
    }

    [Fact]
    public async Task An_end_behind_bytes_that_nobody_reads_is_told_all_the_same()
    {
        await using Pair pair = await Pair.ConnectAsync();
        await pair.Client.SendAsync(new byte[100]);
        pair.Client.Dispose();

        await CancelledAsync(pair.Server.ConnectionClosed);
        Assert.Equal(100, (await pair.Server.Transport.Input.ReadAsync()).Buffer.Length);
    }

    [Fact]
    public async Task What_is_aborted_where_its_bytes_were_seen_does_not_look_complete()
    {
        await using Pair pair = await Pair.ConnectAsync();
        // It waits before there is anything to read, so it goes on on the loop.
        Task serving = AbortWhatIsAskedAsync();
        await pair.Client.SendAsync(new byte[10]);
        await serving.WaitAsync(Pair.Soon());
        SocketException reset = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (await pair.Client.ReceiveAsync(new byte[10], SocketFlags.None, Pair.Soon()) > 0)
            {
            }
        });
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);

        async Task AbortWhatIsAskedAsync()
        {
            await pair.Server.Transport.Input.ReadAsync();
            Assert.NotNull(EventLoop.Current);
            await pair.Server.Transport.Output.WriteAsync("half of"u8.ToArray());
            pair.Server.Abort(new ConnectionAbortedException("it failed"));
            await pair.Server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_peer_that_breaks_off_is_an_exception_for_who_reads()
    {
        await using Pair pair = await Pair.ConnectAsync();
        ValueTask<ReadResult> read = pair.Server.Transport.Input.ReadAsync();
        pair.Client.LingerState = new LingerOption(true, 0);
        pair.Client.Dispose();

        await Assert.ThrowsAsync<ConnectionResetException>(async () => await read);
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await pair.Server.Transport.Input.ReadAsync());
        await CancelledAsync(pair.Server.ConnectionClosed);
        Assert.True((await pair.Server.Transport.Output.WriteAsync(new byte[10])).IsCompleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_is_cancelled_before_and_while_it_waits(bool waits)
    {
        await using Pair pair = await Pair.ConnectAsync();
        PipeReader reader = pair.Server.Transport.Input;
        for (int round = 0; round < 500; round++)
        {
            ValueTask<ReadResult> read = waits ? reader.ReadAsync() : default;
            reader.CancelPendingRead();
            if (!waits) read = reader.ReadAsync();
            ReadResult cancelled = await read.AsTask().WaitAsync(Pair.Soon());
            Assert.True(cancelled.IsCanceled);
            reader.AdvanceTo(cancelled.Buffer.Start);
        }

        // What comes afterwards is read as ever.
        await EchoAsync(pair, 100);
    }

    [Fact]
    public async Task A_token_ends_a_read_and_a_flush_that_wait_for_the_peer()
    {
        await using Pair pair = await Pair.ConnectAsync(clientBuffer: 8192);
        PipeReader reader = pair.Server.Transport.Input;
        for (int round = 0; round < 200; round++)
        {
            using var cancel = new CancellationTokenSource();
            ValueTask<ReadResult> read = reader.ReadAsync(cancel.Token);
            Task cancelling = Task.Run(cancel.Cancel);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read.AsTask().WaitAsync(Pair.Soon()));
            await cancelling;
        }

        byte[] sent = new byte[8 << 20];
        new Random(1).NextBytes(sent);
        PipeWriter writer = pair.Server.Transport.Output;
        using (var cancel = new CancellationTokenSource(50)) await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.WriteAsync(sent, cancel.Token));
        ValueTask<FlushResult> flush = writer.FlushAsync();
        writer.CancelPendingFlush();
        Assert.True((await flush.AsTask().WaitAsync(Pair.Soon())).IsCanceled);

        // Nothing of it is lost, or sent twice.
        Task<FlushResult> rest = writer.FlushAsync().AsTask();
        byte[] got = new byte[sent.Length];
        for (int at = 0; at < got.Length;) at += await pair.Client.ReceiveAsync(got.AsMemory(at), SocketFlags.None, Pair.Soon());
        await rest.WaitAsync(Pair.Soon());
        Assert.True(got.AsSpan().SequenceEqual(sent));
    }

    [Fact]
    public async Task An_aborted_connection_ends_for_both_at_once()
    {
        await using Pair pair = await Pair.ConnectAsync(clientBuffer: 8192);
        ValueTask<ReadResult> read = pair.Server.Transport.Input.ReadAsync();
        ValueTask<FlushResult> flush = pair.Server.Transport.Output.WriteAsync(new byte[8 << 20]);
        Assert.False(flush.IsCompleted);

        pair.Server.Abort(new ConnectionAbortedException("enough"));

        Assert.Equal("enough", (await Assert.ThrowsAsync<ConnectionAbortedException>(async () => await read)).Message);
        Assert.True((await flush.AsTask().WaitAsync(Pair.Soon())).IsCompleted);
        await CancelledAsync(pair.Server.ConnectionClosed);
        SocketException reset = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (await pair.Client.ReceiveAsync(new byte[1 << 16], SocketFlags.None, Pair.Soon()) > 0)
            {
            }
        });
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_still_sends_gets_the_last_answer_all_the_same(bool shared)
    {
        await using Pair pair = await Pair.ConnectAsync(shared);
        await pair.Client.SendAsync(new byte[300_000]);
        await pair.Server.Transport.Output.WriteAsync("no"u8.ToArray());
        await pair.Server.DisposeAsync();
        await Task.Delay(50);
        await pair.Client.SendAsync(new byte[100_000]);

        byte[] answer = new byte[10];
        Assert.Equal(2, await pair.Client.ReceiveAsync(answer, SocketFlags.None, Pair.Soon()));
        Assert.Equal(0, await pair.Client.ReceiveAsync(answer, SocketFlags.None, Pair.Soon()));
    }

    [Fact]
    public async Task What_was_sent_before_a_graceful_end_arrives()
    {
        await using Pair pair = await Pair.ConnectAsync(clientBuffer: 8192);
        ValueTask<ReadResult> read = pair.Server.Transport.Input.ReadAsync();
        // As much as the kernel takes.
        int sent = 0;
        for (Task<FlushResult> write = WriteAsync(); write.IsCompleted; write = WriteAsync()) sent += 10_000;

        // As Kestrel has it when the client has ended.
        pair.Server.Abort(null!);

        Assert.True((await read).IsCompleted);
        int got = 0;
        byte[] room = new byte[1 << 16];
        for (int count = 1; count > 0; got += count) count = await pair.Client.ReceiveAsync(room, SocketFlags.None, Pair.Soon());
        Assert.InRange(got, sent, sent + 10_000);

        Task<FlushResult> WriteAsync() => pair.Server.Transport.Output.WriteAsync(new byte[10_000]).AsTask();
    }

    [Fact]
    public async Task Who_sends_for_ever_after_the_last_answer_is_cut_off()
    {
        await using Pair pair = await Pair.ConnectAsync();
        await pair.Server.Transport.Output.WriteAsync("no"u8.ToArray());
        await pair.Server.DisposeAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true) await pair.Client.SendAsync(new byte[1000], SocketFlags.None, limit.Token);
        });
    }

    private static async Task EchoAsync(Pair pair, int bytes)
    {
        byte[] sent = new byte[bytes];
        Random.Shared.NextBytes(sent);
        await pair.Client.SendAsync(sent);
        for (int left = bytes; left > 0;)
        {
            ReadResult result = await pair.Server.Transport.Input.ReadAsync(Pair.Soon());
            foreach (ReadOnlyMemory<byte> piece in result.Buffer) await pair.Server.Transport.Output.WriteAsync(piece);
            left -= (int)result.Buffer.Length;
            pair.Server.Transport.Input.AdvanceTo(result.Buffer.End);
        }

        byte[] got = new byte[bytes];
        for (int at = 0; at < bytes;) at += await pair.Client.ReceiveAsync(got.AsMemory(at), SocketFlags.None, Pair.Soon());
        Assert.True(got.AsSpan().SequenceEqual(sent));
    }

    private static async Task CancelledAsync(CancellationToken token) =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromSeconds(20), token));
}
