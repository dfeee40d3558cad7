using System.Diagnostics;

namespace Canario.LocalCluster.Tests;

/// <summary>The command line in a process of its own, where KUBECONFIG is what the test says.</summary>
internal static class LocalClusterCommand
{
    public static Process Start(string? kubeconfig, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ControlPlane).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("KUBECONFIG");
        if (kubeconfig is not null)
            start.Environment["KUBECONFIG"] = kubeconfig;
        return Process.Start(start)!;
    }

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string? kubeconfig, params string[] arguments)
    {
        using var process = Start(kubeconfig, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
