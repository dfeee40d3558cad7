using System.Globalization;

namespace Canario.Benchmarks.Operator;

/// <summary>CPU times as /proc counts them.</summary>
internal static class ProcessTimes
{
    // USER_HZ, which /proc counts in, is 100 on every Linux that .NET runs on.
    private const double TicksASecond = 100;

    /// <summary>User and system time so far.</summary>
    public static double CpuSeconds(int process)
    {
        var fields = ReadFields($"/proc/{process}");
        // Fields 14 and 15 of the whole.
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksASecond;
    }

    /// <summary>Of the API server and etcd that this process has started; 0 beside a cluster of somebody else's.</summary>
    public static double ControlPlaneCpuSeconds() => Directory.EnumerateDirectories("/proc")
        .Where(IsControlPlane)
        .Sum(d => CpuSeconds(int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)));

    private static bool IsControlPlane(string directory)
    {
        try
        {
            return int.TryParse(Path.GetFileName(directory), out _)
                && File.ReadAllText(Path.Combine(directory, "comm")).Trim() is "kube-apiserver" or "etcd"
                && ReadFields(directory)[1] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended.
            return false;
        }
    }

    /// <summary>From the third on: the second, the name in parentheses, may hold spaces.</summary>
    private static string[] ReadFields(string directory)
    {
        var stat = File.ReadAllText(Path.Combine(directory, "stat"));
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }
}
