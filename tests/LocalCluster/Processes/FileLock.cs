namespace Canario.LocalCluster.Processes;

/// <summary>A lock between processes that the kernel drops when its holder ends.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public static async Task<IDisposable> TakeAsync(string path, string purpose, Action<string> progress, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var told = false; ; told = true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (!told)
                    progress($"Waiting for another process that is at {purpose} (lock {path}) …");
                await Task.Delay(Interval, time, cancellationToken);
            }
        }
    }
}
