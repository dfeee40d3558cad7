using System.Globalization;

namespace Canario.EndToEnd;

/// <summary>What the machine itself kept from its processes so far. A latency that is as long as these is the machine's.</summary>
/// <param name="Stolen">Processor time that the host gave to others, of all processors together (<c>/proc/stat</c>).</param>
/// <param name="OnDisk">Time in which at least one process waited for a disk (<c>/proc/pressure/io</c>); null where the kernel does not count it.</param>
internal readonly record struct MachineStalls(TimeSpan Stolen, TimeSpan? OnDisk)
{
    private const int TicksPerSecond = 100;
    private const string OfDisks = "/proc/pressure/io";

    public static MachineStalls Read() => new(
        TimeSpan.FromSeconds(Number(Fields("/proc/stat", "cpu")[8]) / TicksPerSecond),
        File.Exists(OfDisks) ? TimeSpan.FromMicroseconds(Number(Fields(OfDisks, "some")[^1]["total=".Length..])) : null);

    public string Since(MachineStalls before) => string.Create(CultureInfo.InvariantCulture,
        $"the machine's host took {(Stolen - before.Stolen).TotalSeconds:F1} s of processor time, its disks kept processes waiting for {(OnDisk - before.OnDisk)?.TotalSeconds ?? double.NaN:F1} s");

    private static string[] Fields(string file, string name) =>
        File.ReadLines(file).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).First(fields => fields[0] == name);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
