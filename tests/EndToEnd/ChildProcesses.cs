using System.Globalization;
using System.Text;

namespace Canario.EndToEnd;

/// <summary>The programs that a process has started, as the kernel knows them.</summary>
internal static class ChildProcesses
{
    /// <summary>Process id and command line of each.</summary>
    public static IReadOnlyDictionary<int, string> Of(int parent)
    {
        var found = new Dictionary<int, string>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ParentOf(id) == parent)
            {
                found[id] = Read($"{directory}/cmdline").Replace('\0', ' ').Trim();
            }
        }

        return found;
    }

    /// <summary>Whether that very program still runs: the kernel gives an id to somebody else in time.</summary>
    public static bool Runs(int id, string commandLine) => Read($"/proc/{id}/cmdline").Replace('\0', ' ').Trim() == commandLine;

    // "id (program) state parent …", where the program may hold spaces and parentheses.
    private static int ParentOf(int id)
    {
        var stat = Read($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;
    }

    private static string Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (IOException)
        {
            // It ended between the listing and the look.
            return "";
        }
    }
}
