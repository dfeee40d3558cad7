namespace Canario.InferenceServer.Batch;

/// <summary>
/// How far a batch has come, in a file that is replaced in one step after what it speaks of is on the disk. Whatever the output has beyond it was
/// written by a process that was killed, and is cut off and written again.
/// </summary>
internal sealed record BatchCheckpoint
{
    public int SchemaVersion { get; set; } = 1;
    /// <summary>What the rows so far were made from and how. A batch goes on only with the same.</summary>
    public required string Job { get; init; }
    /// <summary>What told this input from others when the batch began: tag or length and time.</summary>
    public required string InputIdentity { get; init; }
    /// <summary>Rows of one run of the model: with another number the last digits of predictions could differ.</summary>
    public required int RowsARun { get; init; }
    /// <summary>Of a CSV input.</summary>
    public IReadOnlyList<string> Columns { get; set; } = [];
    public long InputPosition { get; init; }
    public long OutputLength { get; init; }
    public long ErrorsLength { get; init; }
    public long Rows { get; init; }
    public long Predicted { get; init; }
    public double Seconds { get; init; }
    /// <summary>All is on the disk; only the files' last names may be missing.</summary>
    public bool Complete { get; init; }
}
