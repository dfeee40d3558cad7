using System.Text.RegularExpressions;

namespace Canario.LocalCluster.Processes;

internal static partial class LogTail
{
    private const int MaxBytes = 256 * 1024;
    private const int MaxLines = 30;

    public static string Read(string path)
    {
        if (!File.Exists(path))
            return "(no log)";
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(file.Length, MaxBytes), SeekOrigin.End);
        using var reader = new StreamReader(file);
        return Shorten(reader.ReadToEnd());
    }

    /// <summary>The last lines. A Go program that gives up writes the reason and then the stacks of all its threads: the reason counts.</summary>
    public static string Shorten(string log)
    {
        var lines = log.TrimEnd().Split('\n');
        var reason = Array.FindLastIndex(lines, line => Reason().IsMatch(line));
        return string.Join('\n', (reason < 0 ? lines : lines[..(reason + 1)]).TakeLast(MaxLines).Select(line => "  " + line));
    }

    // klog's fatal level, as in "F1121 14:50:46.054075   31561 server.go:491] …".
    [GeneratedRegex(@"^(F\d{4} |panic: )")]
    private static partial Regex Reason();
}
