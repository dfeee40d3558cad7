using System.Buffers;
using System.Text;
using Canario.Router.Http1;

namespace Canario.Router.Tests;

public sealed class ResponseHeadTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x3\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n\tfolded\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nA: b\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\nB: c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\rB: c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200\tOK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.2 200 OK\r\n\r\n")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("<html>\r\n\r\n")]
    public void A_head_that_two_readers_could_read_differently_is_refused(string text) =>
        Assert.Equal(HeadResult.Malformed, new ResponseHead().Parse(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void A_head_is_read_the_same_wherever_it_is_cut()
    {
        byte[] data = "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nConnection: close, X-Hop\r\nKeep-Alive: timeout=5\r\n\r\nbody"u8.ToArray();
        int end = data.AsSpan().IndexOf("body"u8);
        for (int cut = 0; cut < end; cut++) Assert.Equal(HeadResult.NeedMore, new ResponseHead().Parse(data.AsSpan(0, cut), out _));
        var head = new ResponseHead();
        // Twice: nothing of the first may be left in the second.
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(HeadResult.Done, head.Parse(data, out int consumed));
            Assert.Equal((end, 404, 12L, true, false, 5), (consumed, head.Status, head.ContentLength, head.Close, head.Chunked, head.KeepAliveSeconds));
            Assert.Equal("text/plain", Encoding.ASCII.GetString(FieldLines.ValueOf(data, head.Fields.All[0])));
        }
    }

    [Fact]
    public void Only_what_the_connection_field_names_is_nominated()
    {
        byte[] data = "HTTP/1.1 200 OK\r\nX-Hop: 1\r\nX-Ho: 2\r\nConnection: keep-alive\r\nConnection: close , x-hop\r\n\r\n"u8.ToArray();
        var head = new ResponseHead();
        Assert.Equal(HeadResult.Done, head.Parse(data, out _));
        Assert.Equal([true, false, false, false], head.Fields.All.ToArray().Select(f => head.Fields.IsNominated(data, f)));
        Assert.True(head.Close);
    }

    [Fact]
    public void Nothing_of_one_response_is_left_in_the_next()
    {
        var head = new ResponseHead();
        head.Parse("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"u8, out _);
        head.Parse("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: y\r\n\r\n"u8, out _);
        Assert.Equal(1, head.ContentLength);
        Assert.Equal(2, head.Fields.Count);
        Assert.False(head.Close);
    }

    [Theory]
    [InlineData("3\r\nabc\r\n0\r\n\r\n", "abc")]
    [InlineData("3;ext=1\r\nabc\r\n00A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", "abc0123456789")]
    public void A_chunked_body_is_read_the_same_wherever_it_is_cut(string text, string expected)
    {
        byte[] data = Encoding.ASCII.GetBytes(text);
        for (int cut = 0; cut <= data.Length; cut++)
        {
            var output = new ArrayBufferWriter<byte>();
            var reader = default(ChunkedReader);
            var first = reader.Read(data.AsSpan(0, cut), output, out int consumed);
            Assert.Equal(cut == data.Length ? HeadResult.Done : HeadResult.NeedMore, first);
            if (first == HeadResult.NeedMore) Assert.Equal(HeadResult.Done, reader.Read(data.AsSpan(consumed), output, out _));
            Assert.Equal(expected, Encoding.ASCII.GetString(output.WrittenSpan));
        }
    }

    [Theory]
    [InlineData("g\r\n")]
    [InlineData("\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("+1\r\n")]
    [InlineData("0x1\r\n")]
    [InlineData(" 1\r\n")]
    [InlineData("1 x\r\n")]
    [InlineData("3\nabc\r\n0\r\n\r\n")]
    [InlineData("3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("3\r\nabc\n0\r\n\r\n")]
    [InlineData("1;a\rb\r\nx\r\n")]
    [InlineData("1111111111111111\r\n")]
    [InlineData("0\r\nbad trailer\r\n\r\n")]
    [InlineData("0\r\n\n")]
    public void A_malformed_chunk_is_refused(string text) =>
        Assert.Equal(HeadResult.Malformed, default(ChunkedReader).Read(Encoding.ASCII.GetBytes(text), new ArrayBufferWriter<byte>(), out _));
}
