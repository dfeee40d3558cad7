using System.Globalization;

namespace Canario.InferenceServer.Batch;

/// <summary>Tells now and then how far the batch has come.</summary>
internal sealed partial class BatchProgress(BatchCheckpoint begin, long? inputLength, TimeSpan interval, TimeProvider time, ILogger logger)
{
    private readonly long _start = time.GetTimestamp();
    private long _told = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public void Tell(long rows, long predicted, long position)
    {
        if (time.GetElapsedTime(_told) < interval) return;
        _told = time.GetTimestamp();
        double seconds = Elapsed.TotalSeconds;
        string left = inputLength is > 0 and { } length && position > begin.InputPosition
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{100.0 * position / length:F1} %, {TimeSpan.FromSeconds(Math.Round((length - position) / ((position - begin.InputPosition) / seconds))):c} left")
            : "how much is left is not known";
        Log.Progress(logger, rows, (rows - begin.Rows) / seconds, rows - predicted, left);
    }

    private static partial class Log
    {
        [LoggerMessage(60, LogLevel.Information, "{Rows} rows done, {RowsPerSecond:F0} a second, {Refused} without a prediction; {Left}")]
        public static partial void Progress(ILogger logger, long rows, double rowsPerSecond, long refused, string left);
    }
}
