namespace Canario.InferenceServer.Batch;

/// <summary>What a batch reads and writes. <see cref="BatchOptionTable"/> says where each value comes from.</summary>
internal sealed record BatchOptions
{
    /// <summary><c>file</c> or <c>http(s)</c>.</summary>
    public Uri? Input { get; init; }
    /// <summary>Null: by the input's name.</summary>
    public RowFormat? InputFormat { get; init; }
    public string Output { get; init; } = "";
    /// <summary>Null: by the output's name.</summary>
    public RowFormat? OutputFormat { get; init; }
    /// <summary>Empty: the output's name with <c>.errors.jsonl</c>.</summary>
    public string Errors { get; init; } = "";
    public bool StopsOnError { get; init; }
    public IReadOnlyList<string> Keep { get; init; } = [];
    public char Delimiter { get; init; } = ',';
    /// <summary>At most so much work is done again after a kill; zero: after each piece of the input.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>Begin anew whatever there is.</summary>
    public bool StartsOver { get; init; }

    public string ErrorsPath => Errors.Length > 0 ? Errors : Output + ".errors.jsonl";
    public string CheckpointPath => Output + ".checkpoint";
    /// <summary>Held while a process works on the files, and gone with it.</summary>
    public string LockPath => Output + ".lock";
    public string PartialOutput => Output + ".partial";
    public string PartialErrors => ErrorsPath + ".partial";
    public string NextCheckpoint => CheckpointPath + ".next";
}
