using System.Buffers;
using Canario.InferenceServer.Http;
using Canario.TestModels;
using Microsoft.AspNetCore.Connections;

namespace Canario.InferenceServer.Tests;

public sealed class SocketBlocksTests
{
    [Fact]
    public void The_block_that_came_back_last_is_the_next_one()
    {
        using var blocks = new SocketBlocks();
        IMemoryOwner<byte> first = blocks.Rent(4096);
        IMemoryOwner<byte> second = blocks.Rent();
        Assert.NotSame(first, second);
        Assert.Equal(SocketBlocks.BlockBytes, first.Memory.Length);
        second.Dispose();
        first.Dispose();
        Assert.Same(first, blocks.Rent());
        Assert.Same(second, blocks.Rent());
    }

    [Fact]
    public async Task The_server_reads_into_them()
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3));
        await using TestServer server = await TestServer.StartAsync(folder.Path);
        // Kestrel registers a factory of its own: the last one is asked.
        Assert.IsType<SocketBlocks.Factory>(server.Get<IMemoryPoolFactory<byte>>());
    }

    [Fact]
    public void A_block_that_is_given_back_twice_is_there_once()
    {
        using var blocks = new SocketBlocks();
        IMemoryOwner<byte> block = blocks.Rent();
        block.Dispose();
        block.Dispose();
        Assert.Equal(1, blocks.Kept);
        Assert.NotSame(blocks.Rent(), blocks.Rent());
    }

    [Fact]
    public void What_a_rush_took_is_let_go_of_and_after_its_end_all_is()
    {
        var blocks = new SocketBlocks();
        IMemoryOwner<byte>[] rush = [.. Enumerable.Range(0, SocketBlocks.MostKept + 50).Select(_ => blocks.Rent())];
        foreach (IMemoryOwner<byte> block in rush) block.Dispose();
        Assert.Equal(SocketBlocks.MostKept, blocks.Kept);
        IMemoryOwner<byte> late = blocks.Rent();
        blocks.Dispose();
        late.Dispose();
        Assert.Equal(0, blocks.Kept);
    }

    [Fact]
    public void More_than_a_block_is_refused()
    {
        using var blocks = new SocketBlocks();
        Assert.Throws<ArgumentOutOfRangeException>(() => blocks.Rent(SocketBlocks.BlockBytes + 1));
    }

    [Fact]
    public async Task Requests_of_many_connections_at_once_never_share_a_block()
    {
        using var blocks = new SocketBlocks();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                using IMemoryOwner<byte> block = blocks.Rent();
                block.Memory.Span[0] = (byte)worker;
                block.Memory.Span[^1] = (byte)worker;
                Thread.Yield();
                Assert.Equal(((byte)worker, (byte)worker), (block.Memory.Span[0], block.Memory.Span[^1]));
            }
        })));
        Assert.InRange(blocks.Kept, 1, 8);
    }
}
