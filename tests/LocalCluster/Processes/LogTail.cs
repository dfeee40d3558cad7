namespace Canario.LocalCluster.Processes;

internal static class LogTail
{
    private const int MaxBytes = 8 * 1024;
    private const int MaxLines = 30;

    public static string Read(string path)
    {
        if (!File.Exists(path))
            return "(no log)";
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(file.Length, MaxBytes), SeekOrigin.End);
        using var reader = new StreamReader(file);
        var lines = reader.ReadToEnd().TrimEnd().Split('\n');
        return string.Join('\n', lines.TakeLast(MaxLines).Select(line => "  " + line));
    }
}
