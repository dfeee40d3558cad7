namespace Canario.LocalCluster.Processes;

/// <summary>A lock between processes that the kernel drops when its holder ends.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(20);

    /// <param name="purpose">What its holder does, to be told to those who wait.</param>
    /// <param name="isShared">Several may hold it so at a time; it keeps off only whoever wants it alone.</param>
    public static async Task<IDisposable> TakeAsync(
        string path, string purpose, Action<string> progress, TimeProvider time, CancellationToken cancellationToken, bool isShared = false)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        long? toldAt = null;
        while (true)
        {
            try
            {
                return isShared
                    ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read)
                    : new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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
