namespace Canario.InferenceServer.Rows;

/// <summary>A record is a line.</summary>
internal sealed class LineSplitter : IRecordSplitter
{
    public int FindEnd(ReadOnlySpan<byte> piece) => piece.IndexOf((byte)'\n');

    public void Reset()
    {
    }
}
