using System.Diagnostics;

namespace Canario.Benchmarks.Inference;

/// <summary>Starts programs on one core each, so that a server and its load do not take each other's time.</summary>
internal static class Pinned
{
    public static Process Start(int core, string program, IReadOnlyList<string> arguments)
    {
        bool pin = Environment.ProcessorCount > core && Environment.ProcessorCount > 1 && File.Exists("/usr/bin/taskset");
        var start = new ProcessStartInfo(pin ? "/usr/bin/taskset" : program) { RedirectStandardOutput = true };
        foreach (string argument in pin ? ["-c", $"{core}", program, .. arguments] : arguments) start.ArgumentList.Add(argument);
        // taskset becomes the program: the process keeps its id.
        return Process.Start(start)!;
    }
}
