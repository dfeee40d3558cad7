using System.Diagnostics;
using Canario.Demo;

namespace Canario.EndToEnd;

/// <summary>The demo in a process of its own, on the cluster of that kubeconfig.</summary>
internal static class DemoCommand
{
    public static Process Start(string kubeconfig, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Stage).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment.Remove(DemoOptions.HostVariable);
        return Process.Start(start)!;
    }

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string kubeconfig, params string[] arguments)
    {
        using var process = Start(kubeconfig, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
