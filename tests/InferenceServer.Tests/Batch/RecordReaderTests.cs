using System.Text;
using Canario.InferenceServer.Batch;
using Canario.InferenceServer.Rows;

namespace Canario.InferenceServer.Tests.Batch;

public sealed class RecordReaderTests
{
    private const int Longest = 40;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task However_the_bytes_come_and_wherever_reading_goes_on_the_records_are_the_same(bool table)
    {
#pragma warning disable CA5394 // A seeded walk.
        var random = new Random(3);
        int tooLong = 0;
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = new byte[random.Next(0, 600)];
            for (int i = 0; i < bytes.Length; i++) bytes[i] = "\"\"\n\n,,\r abcdefgh"u8[random.Next(16)];
            List<(string? Record, long End)> whole = await ReadAsync(new MemoryStream(bytes), table, 0);
            tooLong += whole.Count(record => record.Record is null);
            List<(string? Record, long End)> pieces = await ReadAsync(new PieceStream(bytes, random), table, 0);
            Assert.Equal(whole, pieces);
            if (whole.Count == 0) continue;
            int from = random.Next(whole.Count);
            long position = whole[from].End;
            List<(string? Record, long End)> rest = await ReadAsync(new PieceStream(bytes[(int)position..], random), table, position);
            Assert.Equal(whole[(from + 1)..], rest);
        }
#pragma warning restore CA5394

        Assert.True(tooLong > 30, $"{tooLong} records were too long");
    }

    [Fact]
    public async Task A_table_is_read_as_RFC_4180_says()
    {
        byte[] text = "a,\"b,\"\"c\"\"\nd\",\r\n,x\"y,\"\"\nlast"u8.ToArray();
        List<(string? Record, long End)> records = await ReadAsync(new MemoryStream(text), table: true, 0);
        string[][] fields = [.. records.Select(record => Fields(record.Record!))];
        Assert.Equal([["a", "b,\"c\"\nd", ""], ["", "x\"y", ""], ["last"]], fields);
    }

    private static string[] Fields(string record)
    {
        var fields = new CsvFields(Encoding.UTF8.GetBytes(record), ',');
        var all = new List<string>();
        while (fields.TryTake(out ReadOnlySpan<byte> field)) all.Add(Encoding.UTF8.GetString(field));
        Assert.Null(fields.Error);
        return [.. all];
    }

    private static async Task<List<(string? Record, long End)>> ReadAsync(Stream stream, bool table, long position)
    {
        using var reader = new RecordReader(stream, table ? new CsvSplitter(',') : new LineSplitter(), Longest, position);
        var records = new List<(string?, long)>();
        do
        {
            while (reader.TryTake(out ReadOnlyMemory<byte> record, out bool tooLong))
                records.Add((tooLong ? null : Encoding.UTF8.GetString(record.Span), reader.Position));
        }
        while (await reader.FillAsync(CancellationToken.None));
        return records;
    }

    private sealed class PieceStream(byte[] bytes, Random random) : MemoryStream(bytes)
    {
#pragma warning disable CA5394 // A seeded walk.
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, 9))], cancellationToken);
#pragma warning restore CA5394
    }
}
