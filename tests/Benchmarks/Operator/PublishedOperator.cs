using System.Diagnostics;
using Canario.LocalCluster;

namespace Canario.Benchmarks.Operator;

/// <summary>The operator as its image has it: self-contained, compiled ahead of time, without what is never called.</summary>
internal static class PublishedOperator
{
    /// <summary>Path of the program.</summary>
    public static async Task<string> BuildAsync()
    {
        Console.WriteLine("publishing the operator as its image has it ...");
        var output = Path.Combine(Checkout.Root, "artifacts", "publish", "benchmark");
        using var process = Process.Start(
            "dotnet",
            [
                "publish", Path.Combine(Checkout.Root, "src", "Operator", "Operator.csproj"), "--configuration", "Release", "--runtime", "linux-x64", "--self-contained", "-v:quiet", "-nologo",
                // As for images: another runtime identifier must not rewrite what the ordinary build has restored.
                $"-p:ArtifactsPath={Path.Combine(Checkout.Root, "artifacts", "publish")}", "--output", output,
            ]);
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? Path.Combine(output, "Canario.Operator") : throw new InvalidOperationException($"dotnet publish ended with {process.ExitCode}");
    }
}
