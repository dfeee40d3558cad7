using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Canario.Contract;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

public sealed partial class ProcessTests
{
    private const int SigTerm = 15;

    [Fact]
    public async Task SIGTERM_drains_and_the_process_ends_with_0()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        int port = FreePort();
        using Process process = Start("--model-uri", $"file://{folder.Path}/", "--http-port", $"{port}", "--grpc-port", "0", "--address", "127.0.0.1", "--drain-seconds", "1");
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await WaitReadyAsync(client, process);
            Assert.Equal(0, Kill(process.Id, SigTerm));
            while ((await client.GetAsync(HttpPaths.V2Ready)).StatusCode == HttpStatusCode.OK) await Task.Yield();
            using HttpResponseMessage served = await client.PostAsync("/predict", new StringContent(ModelFolder.Row));
            Assert.Equal(HttpStatusCode.OK, served.StatusCode);
            await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
            Assert.Equal(ExitCodes.Ok, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    [Fact]
    public async Task Failures_end_the_process_with_their_codes()
    {
        using var folder = new ModelFolder(Samples.Identity(1));
        string uri = $"file://{folder.Path}/";
        (string[] Arguments, int Code)[] cases =
        [
            (["--help"], ExitCodes.Ok),
            (["--version"], ExitCodes.Ok),
            ([], ExitCodes.BadConfiguration),
            (["--model-uri", "ftp://x"], ExitCodes.BadConfiguration),
            (["--model-uri", uri, "--threads", "-1"], ExitCodes.BadConfiguration),
            (["--model-uri", uri, "--what", "1"], ExitCodes.BadConfiguration),
            (["--model-uri", uri, "--http-port", "0", "--model-sha256", new string('a', 64)], ExitCodes.WrongDigest),
            (["--model-uri", "file:///nowhere/", "--http-port", "0"], ExitCodes.ModelUnavailable),
        ];
        foreach ((string[] arguments, int code) in cases)
        {
            using Process process = Start(arguments);
            try
            {
                await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
                Assert.True(code == process.ExitCode, $"{string.Join(' ', arguments)} ended with {process.ExitCode}, not {code}");
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
    }

    private static Process Start(params string[] arguments)
    {
        // The server's assembly lies beside the tests'; started through the runtime that runs them.
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Canario.InferenceServer.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        // Nobody else empties the pipes, and a full one would hold the process.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task WaitReadyAsync(HttpClient client, Process process)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            Assert.False(process.HasExited);
            try
            {
                if ((await client.GetAsync(HttpPaths.V2Ready, limit.Token)).StatusCode == HttpStatusCode.OK) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, limit.Token);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
