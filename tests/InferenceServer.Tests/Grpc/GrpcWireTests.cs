using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Canario.Contract;
using Canario.Loops.Transport;
using Canario.TestModels;
using Microsoft.AspNetCore.Connections;

namespace Canario.InferenceServer.Tests.Grpc;

/// <summary>What no well-behaved client sends.</summary>
public sealed class GrpcWireTests(TrioServer trio) : IClassFixture<TrioServer>
{
    private static readonly ProtoMessage s_request = new ProtoMessage().Text(1, "m").Text(3, "id")
        .Message(5, new ProtoMessage().Text(1, "a").Text(2, "FP32").Number(3, 1).Number(3, 2))
        .Message(5, new ProtoMessage().Text(1, "b").Text(2, "INT64").Number(3, 1))
        .Message(5, new ProtoMessage().Text(1, "c").Text(2, "BYTES").Number(3, 1).Number(3, 1))
        .Message(6, new ProtoMessage().Text(1, "whole"))
        .Bytes(7, new byte[8]).Bytes(7, new byte[8]).Bytes(7, [1, 0, 0, 0, 65]);

    private readonly TestServer _server = trio.Server;

    [Theory]
    [InlineData("", 3, "the call has 0 bytes")]
    [InlineData("00000000", 3, "the call has 4 bytes")]
    [InlineData("0000000001", 3, "says 1 bytes; 0 follow")]
    [InlineData("00000000010000", 3, "says 1 bytes; 2 follow")]
    [InlineData("0700000000", 3, "flag is 7")]
    [InlineData("0100000000", 12, "grpc-encoding '' is not known")]
    [InlineData("00000000020AFF", 3, "it ends within a field")]
    [InlineData("00000000020A05", 3, "it ends within a field")]
    [InlineData("000000000101", 3, "a field has no valid number")]
    [InlineData("00000000024B00", 3, "wire type 3 is not known")]
    [InlineData("00000000020800", 3, "a field has wire type 0, not 2")]
    [InlineData("00000000030A01FF", 3, "a text is not UTF-8")]
    public async Task A_malformed_call_is_told_so(string hex, int status, string message)
    {
        (int code, string details, _) = await CallAsync(_server, Convert.FromHexString(hex));
        Assert.Equal(status, code);
        Assert.Contains(message, details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("127.0.0.1")]
    public async Task Both_ports_are_watched_by_loops_on_whatever_address(string address)
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { Address = address });
        Assert.True(Assert.IsType<LoopTransport>(server.Get<IConnectionListenerFactory>()).IsBound);
        (int code, string details, _) = await CallAsync(server, Frame(s_request.ToArray()));
        Assert.Equal(3, code);
        Assert.Contains("input", details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("5x")]
    [InlineData("123456789m")]
    public async Task A_malformed_timeout_is_told_so(string timeout)
    {
        (int code, string details, _) = await CallAsync(_server, Frame(s_request.ToArray()), ("grpc-timeout", timeout));
        Assert.Equal(3, code);
        Assert.Contains("grpc-timeout", details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deadline_that_passes_ends_the_call_on_the_server()
    {
        using var folder = new ModelFolder(Samples.WideMlp());
        // Takes a fraction of the deadline to come, and some of them to run.
        const int Rows = 16_384;
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { Limits = o.Limits with { MaximumRows = Rows } });
        byte[] request = new ProtoMessage().Text(1, "m")
            .Message(5, new ProtoMessage().Text(1, "input").Text(2, "FP32").Number(3, Rows).Number(3, 256))
            .Bytes(7, new byte[Rows * 256 * sizeof(float)]).ToArray();
        (int code, string details, _) = await CallAsync(server, Frame(request), ("grpc-timeout", "30m"));
        Assert.Equal(4, code);
        Assert.Contains("deadline", details, StringComparison.Ordinal);
        string metrics = await server.Client.GetStringAsync(HttpPaths.Metrics);
        Assert.Contains(metrics.Split('\n'), line => line.StartsWith(MetricNames.InferenceRequests, StringComparison.Ordinal)
            && line.Contains("code=\"504\"") && line.EndsWith(" 1", StringComparison.Ordinal));
        // The interrupted run has left nothing behind that would end the next one.
        (code, _, _) = await CallAsync(server, Frame(new ProtoMessage().Text(1, "m")
            .Message(5, new ProtoMessage().Text(1, "input").Text(2, "FP32").Number(3, 512).Number(3, 256)).Bytes(7, new byte[512 * 256 * sizeof(float)]).ToArray()));
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task A_small_message_that_unpacks_to_a_huge_one_is_stopped_at_the_limit()
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { Limits = o.Limits with { MaximumBodyBytes = 1 << 20 } });
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(new byte[64 << 20]);
        byte[] frame = Frame(packed.ToArray());
        frame[0] = 1;
        (int code, string details, _) = await CallAsync(server, frame, ("grpc-encoding", "gzip"));
        Assert.Equal(8, code);
        Assert.Contains("larger than 1048576 bytes", details, StringComparison.Ordinal);

        frame = Frame("no gzip"u8.ToArray());
        frame[0] = 1;
        (code, details, _) = await CallAsync(server, frame, ("grpc-encoding", "gzip"));
        Assert.Equal(3, code);
        Assert.Contains("not gzip data", details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-8)]
    [InlineData(-1)]
    [InlineData(3)]
    public async Task A_packed_message_is_whole_and_nothing_follows_it(int bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(s_request.ToArray());
        byte[] message = packed.ToArray();
        message = bytes < 0 ? message[..^-bytes] : [.. message, .. new byte[bytes]];
        byte[] frame = Frame(message);
        frame[0] = 1;
        (int code, string details, _) = await CallAsync(_server, frame, ("grpc-encoding", "gzip"));
        Assert.Equal(3, code);
        Assert.Contains("gzip", details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mutated_calls_are_answered_with_a_code_that_says_so_and_never_break_the_server()
    {
        byte[] contents = new ProtoMessage().Text(1, "m")
            .Message(5, new ProtoMessage().Text(1, "a").Text(2, "FP32").Number(3, 1).Number(3, 2).Message(5, new ProtoMessage().Bytes(6, new byte[8])))
            .Message(5, new ProtoMessage().Text(1, "b").Text(2, "INT64").Number(3, 1).Message(5, new ProtoMessage().Number(3, -5)))
            .Message(5, new ProtoMessage().Text(1, "c").Text(2, "BYTES").Number(3, 1).Number(3, 1).Message(5, new ProtoMessage().Text(8, "x")))
            .ToArray();
        byte[][] seeds = [s_request.ToArray(), contents];
        int[] codes = new int[17];
#pragma warning disable CA5394 // A seeded walk.
        var random = new Random(5);
        for (int i = 0; i < 4000; i++)
        {
            byte[] message = [.. seeds[i % seeds.Length]];
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                int at = random.Next(message.Length);
                if (random.Next(4) == 0) message = [.. message[..at], .. message[random.Next(at, message.Length)..], (byte)random.Next(256)];
                else message[at] = (byte)random.Next(256);
            }

            (int code, string details, _) = await CallAsync(_server, Frame(message));
            if (code is not (0 or 3 or 5)) Assert.Fail($"{code} ({details}) for {Convert.ToHexString(message)}");
            codes[code]++;
        }
#pragma warning restore CA5394
        Assert.True(codes[0] > 200 && codes[3] > 500, string.Join(' ', codes));
    }

    private static byte[] Frame(byte[] message)
    {
        byte[] frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static async Task<(int Code, string Details, byte[] Body)> CallAsync(TestServer server, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{server.GrpcPort}/inference.GRPCInferenceService/ModelInfer")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        byte[] answer = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(200, (int)response.StatusCode);
        string details = response.TrailingHeaders.TryGetValues("grpc-message", out IEnumerable<string>? messages) ? messages.Single() : "";
        return (int.Parse(response.TrailingHeaders.GetValues("grpc-status").Single()), Encoding.UTF8.GetString(WebUtility.UrlDecodeToBytes(Encoding.ASCII.GetBytes(details.Replace("+", "%2B")), 0, details.Replace("+", "%2B").Length)!), answer);
    }
}
