using System.Buffers;
using System.Globalization;
using System.Text;

namespace Canario.Telemetry.Metrics;

/// <summary>Lines of the text format, into large pieces of the output's memory.</summary>
internal ref struct TextFormatWriter(IBufferWriter<byte> output)
{
    private const int PieceSize = 16 * 1024;
    private const int LongestNumber = 32;

    private Span<byte> _piece = output.GetSpan(PieceSize);
    private int _written;

    /// <summary><c>a="b",c="d"</c>, escaped; empty when there are no labels.</summary>
    public static byte[] BuildLabels(IReadOnlyList<string> names, string[] values)
    {
        var text = new StringBuilder();
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            text.Append(names[i]).Append("=\"").Append(MetricNaming.EscapeLabelValue(values[i])).Append('"');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public void WriteSeries(ReadOnlySpan<byte> name, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> labels, ReadOnlySpan<byte> extraLabel)
    {
        WriteRaw(name);
        WriteRaw(suffix);
        if (labels.Length > 0 || extraLabel.Length > 0)
        {
            WriteRaw("{"u8);
            WriteRaw(labels);
            if (labels.Length > 0 && extraLabel.Length > 0)
                WriteRaw(","u8);
            WriteRaw(extraLabel);
            WriteRaw("}"u8);
        }

        WriteRaw(" "u8);
    }

    public void WriteValue(long value)
    {
        Reserve(LongestNumber);
        value.TryFormat(_piece[_written..], out var length, default, CultureInfo.InvariantCulture);
        _written += length;
        WriteRaw("\n"u8);
    }

    public void WriteValue(double value)
    {
        if (double.IsFinite(value))
        {
            Reserve(LongestNumber);
            value.TryFormat(_piece[_written..], out var length, "R", CultureInfo.InvariantCulture);
            _written += length;
        }
        else
        {
            WriteRaw(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
        }

        WriteRaw("\n"u8);
    }

    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_piece[_written..]);
        _written += bytes.Length;
    }

    public void Flush()
    {
        output.Advance(_written);
        _written = 0;
        _piece = default;
    }

    private void Reserve(int length)
    {
        if (_piece.Length - _written >= length)
            return;
        Flush();
        _piece = output.GetSpan(Math.Max(PieceSize, length));
    }
}
