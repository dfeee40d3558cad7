using System.Globalization;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Batch;

/// <summary>Every option of <c>batch</c>: its own, and those of the server that say which model and what a row may be.</summary>
internal static class BatchOptionTable
{
    private static readonly string[] s_shared =
    [
        "namespace", "model", "revision", "model-uri", "model-sha256", "metadata-sha256", "baseline-sha256", "golden-sha256", "cache-directory", "threads",
        "s3-endpoint", "s3-region", "s3-path-style", "oci-insecure-registries", "oci-auth-file", "mlflow-tracking-uri",
        "max-model-bytes", "fetch-timeout-seconds", "fetch-attempts", "max-line-bytes", "max-string-bytes", "termination-log", "log-level",
    ];

    public static IReadOnlyList<ServerOption> Own { get; } =
    [
        new("input", "CANARIO_INPUT", "File, file:///… or http(s)://… with the rows. Required.",
            (o, v) => With(o, b => b with { Input = ReadInput(v) })),
        new("input-format", "CANARIO_INPUT_FORMAT", "csv (its header names the features) or jsonl (an object of features a line). Default: by the name, .csv or .tsv, else jsonl.",
            (o, v) => With(o, b => b with { InputFormat = ReadFormat(v) })),
        new("output", "CANARIO_OUTPUT", "File that gets the predictions, in the order of the rows; it appears when it is whole. Required.",
            (o, v) => With(o, b => b with { Output = Path.GetFullPath(v) })),
        new("output-format", "CANARIO_OUTPUT_FORMAT", "csv or jsonl. Default: by the name, .csv or .tsv, else jsonl.",
            (o, v) => With(o, b => b with { OutputFormat = ReadFormat(v) })),
        new("errors", "CANARIO_ERRORS", "File that gets a line of JSON for each row without a prediction. Default: the output's name with .errors.jsonl.",
            (o, v) => With(o, b => b with { Errors = Path.GetFullPath(v) })),
        new("on-error", "CANARIO_ON_ERROR", "record: go on after a bad row; fail: stop at the first. Default: record.",
            (o, v) => With(o, b => b with { StopsOnError = v switch { "record" => false, "fail" => true, _ => throw new ConfigurationException($"'{v}' is none of record, fail") } })),
        new("keep", "CANARIO_KEEP", "Columns that are copied to the output, separated by commas; not sensitive features. Default: none.",
            (o, v) => With(o, b => b with { Keep = ReadNames(v) })),
        new("delimiter", "CANARIO_DELIMITER", "Between the fields of a CSV input: one ASCII character, or tab. Default: a comma, in .tsv a tab.",
            (o, v) => With(o, b => b with { Delimiter = ReadDelimiter(v) })),
        new("checkpoint-seconds", "CANARIO_CHECKPOINT_SECONDS", "Most seconds of work that are done again after a kill, 0 to 3600. Default: 5.",
            (o, v) => With(o, b => b with { CheckpointInterval = ReadSeconds(v, 0) })),
        new("progress-seconds", "CANARIO_PROGRESS_SECONDS", "Seconds between lines of progress in the log, 1 to 3600. Default: 10.",
            (o, v) => With(o, b => b with { ProgressInterval = ReadSeconds(v, 1) })),
        new("start-over", "CANARIO_START_OVER", "true: begin anew and overwrite what there is. Default: false.",
            (o, v) => With(o, b => b with { StartsOver = v switch { "true" => true, "false" => false, _ => throw new ConfigurationException($"'{v}' is neither true nor false") } })),
    ];

    public static IReadOnlyList<ServerOption> All { get; } = [.. Own, .. OptionTable.All.Where(option => s_shared.Contains(option.Flag))];

    /// <summary>What is required is there, and what is derived is set.</summary>
    /// <exception cref="ConfigurationException">Something is missing or contradicts itself.</exception>
    public static BatchOptions Complete(BatchOptions options)
    {
        if (options.Input is null) throw new ConfigurationException("--input (or CANARIO_INPUT) is required");
        if (options.Output.Length == 0) throw new ConfigurationException("--output (or CANARIO_OUTPUT) is required");
        RequireDistinct(options);
        string input = options.Input.AbsolutePath;
        if (input.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) throw new ConfigurationException($"--input: '{BatchSource.Show(options.Input)}' is packed with gzip; rows are read unpacked");
        return options with
        {
            InputFormat = options.InputFormat ?? FormatOf(input),
            OutputFormat = options.OutputFormat ?? FormatOf(options.Output),
            Delimiter = options.Delimiter == ',' && input.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : options.Delimiter,
        };
    }

    /// <summary>No file that is written may be another, or the input.</summary>
    private static void RequireDistinct(BatchOptions options)
    {
        string[] ofOutput = [options.Output, options.PartialOutput, options.CheckpointPath, options.NextCheckpoint, options.LockPath];
        string[] ofErrors = [options.ErrorsPath, options.PartialErrors];
        string? input = options.Input!.IsFile ? options.Input.LocalPath : null;
        if (ofOutput.Contains(input)) throw new ConfigurationException($"--output: '{input}' is the input");
        if (ofErrors.Contains(input)) throw new ConfigurationException($"--errors: '{input}' is the input");
        if (ofErrors.FirstOrDefault(ofOutput.Contains) is { } both) throw new ConfigurationException($"--errors: '{both}' is the output or a file beside it");
    }

    private static ServerOptions With(ServerOptions options, Func<BatchOptions, BatchOptions> change) => options with { Batch = change(options.Batch) };

    private static RowFormat FormatOf(string name) =>
        name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? RowFormat.Csv : RowFormat.JsonLines;

    private static Uri ReadInput(string value)
    {
        // Escaped: a path is a name, of which no part stands for another character.
        if (!value.Contains("://", StringComparison.Ordinal)) return new Uri("file://" + string.Join('/', Path.GetFullPath(value).Split('/').Select(Uri.EscapeDataString)));
        return Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme is "file" or "http" or "https"
            ? uri
            : throw new ConfigurationException($"'{value}' is no file and not a file:///… or http(s)://… address");
    }

    private static RowFormat ReadFormat(string value) => value switch
    {
        "csv" => RowFormat.Csv,
        "jsonl" => RowFormat.JsonLines,
        _ => throw new ConfigurationException($"'{value}' is none of csv, jsonl"),
    };

    private static string[] ReadNames(string value)
    {
        string[] names = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length ? names : throw new ConfigurationException($"'{value}' names a column twice");
    }

    private static char ReadDelimiter(string value) => value switch
    {
        "tab" => '\t',
        [var single] when char.IsAscii(single) && single is not ('"' or '\n' or '\r') => single,
        _ => throw new ConfigurationException($"'{value}' is not one ASCII character or 'tab'"),
    };

    private static TimeSpan ReadSeconds(string value, int minimum) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds >= minimum && seconds <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new ConfigurationException($"'{value}' is not a whole number from {minimum} to 3600");
}
