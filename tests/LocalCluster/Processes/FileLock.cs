namespace Canario.LocalCluster.Processes;

/// <summary>A lock between processes that the kernel drops when its holder ends.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(20);

    public static async Task<IDisposable> TakeAsync(string path, string purpose, Action<string> progress, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        long? toldAt = null;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (toldAt is null || time.GetElapsedTime(toldAt.Value) >= Reminder)
                {
                    progress($"Waiting for another process that is {purpose} (lock {path}) …");
                    toldAt = time.GetTimestamp();
                }

                await Task.Delay(Interval, time, cancellationToken);
            }
        }
    }
}
