using System.Diagnostics;
using Canario.LocalCluster;

namespace Canario.Benchmarks.Inference;

/// <summary>A script of <c>build/</c> that makes something once into the cache and prints where it is.</summary>
internal static class BuildScript
{
    /// <returns>What it printed: a folder.</returns>
    public static string Run(string name)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(Checkout.Root, "build", name)) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"build/{name} ended with {process.ExitCode}");
    }
}
