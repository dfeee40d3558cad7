namespace Canario.InferenceServer.Rows;

/// <summary>Finds where a record ends in bytes that come piece by piece.</summary>
internal interface IRecordSplitter
{
    /// <summary>Goes on where the last piece ended.</summary>
    /// <returns>Index of the newline that ends the record, which the next piece begins after; -1: it goes on in the next piece.</returns>
    int FindEnd(ReadOnlySpan<byte> piece);

    /// <summary>Forgets the record: the next piece begins one.</summary>
    void Reset();
}
