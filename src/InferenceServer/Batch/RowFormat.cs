namespace Canario.InferenceServer.Batch;

/// <summary>How rows lie in a file.</summary>
internal enum RowFormat
{
    JsonLines,
    /// <summary>RFC 4180, with a header.</summary>
    Csv,
}
