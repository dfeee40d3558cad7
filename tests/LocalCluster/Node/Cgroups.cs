using System.Diagnostics;
using System.Globalization;

namespace Canario.LocalCluster.Node;

/// <summary>The pods' control groups: they name every process of every container, whoever its parent is by now.</summary>
internal static class Cgroups
{
    private const string Root = "/sys/fs/cgroup";
    private const string Pods = "kubepods";

    public static int KillProcesses()
    {
        var killed = 0;
        foreach (var group in PodGroups().SelectMany(WithDescendants))
        {
            foreach (var line in ReadProcesses(group))
            {
                try
                {
                    using var process = Process.GetProcessById(int.Parse(line, CultureInfo.InvariantCulture));
                    process.Kill();
                    killed++;
                }
                catch (Exception e) when (e is ArgumentException or InvalidOperationException)
                {
                    // It ended by itself, or is listed under another controller too.
                }
            }
        }

        return killed;
    }

    public static bool IsEmpty => PodGroups().SelectMany(WithDescendants).All(group => ReadProcesses(group).Length == 0);

    /// <summary>Removes the groups, the deepest first: a group with children cannot go.</summary>
    public static void Remove()
    {
        foreach (var group in PodGroups().SelectMany(WithDescendants).OrderByDescending(path => path.Length).ToList())
        {
            try
            {
                // rmdir, not a recursive delete: the files in a group are the kernel's.
                Directory.Delete(group);
            }
            catch (DirectoryNotFoundException)
            {
                // Its hierarchy is mounted twice (cpu and cpu,cpuacct), and it went by the other name.
            }
        }
    }

    private static IEnumerable<string> PodGroups() =>
        new[] { Root }.Concat(Directory.Exists(Root) ? Directory.EnumerateDirectories(Root) : [])
            .Select(hierarchy => Path.Combine(hierarchy, Pods))
            .Where(Directory.Exists);

    private static IEnumerable<string> WithDescendants(string group) =>
        Directory.EnumerateDirectories(group, "*", SearchOption.AllDirectories).Append(group);

    private static string[] ReadProcesses(string group)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(group, "cgroup.procs"));
        }
        catch (IOException)
        {
            return [];
        }
    }
}
