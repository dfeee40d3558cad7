using System.Diagnostics;
using System.Text.Json;

namespace Canario.Benchmarks.Operator;

/// <summary>
/// A ServiceAccount's token, as the operator has in its pod. With an administrator's certificate the API server would verify a signature with every single request, a
/// twentieth of its CPU; a token's is remembered for some seconds.
/// </summary>
internal static class OperatorAccount
{
    private const string Name = "benchmark";

    /// <returns>Path of a kubeconfig with the token, beside <paramref name="kubeconfig"/>.</returns>
    public static async Task<string> CreateAsync(string kubeconfig)
    {
        await KubectlAsync(kubeconfig, "", "create", "serviceaccount", Name, "--namespace", "default");
        await KubectlAsync(kubeconfig, "", "create", "clusterrolebinding", Name, "--clusterrole", "cluster-admin", "--serviceaccount", $"default:{Name}");
        var request = """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":3600}}""";
        var answer = await KubectlAsync(kubeconfig, request, "create", "--raw", $"/api/v1/namespaces/default/serviceaccounts/{Name}/token", "-f", "-");
        var token = JsonDocument.Parse(answer).RootElement.GetProperty("status").GetProperty("token").GetString()!;
        var path = kubeconfig + "-" + Name;
        File.Copy(kubeconfig, path);
        await KubectlAsync(path, "", "config", "set-credentials", Name, "--token", token);
        await KubectlAsync(path, "", "config", "set-context", "--current", "--user", Name);
        return path;
    }

    private static async Task<string> KubectlAsync(string kubeconfig, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", kubeconfig, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"kubectl {arguments[0]} {arguments[1]} ended with {process.ExitCode}");
    }
}
