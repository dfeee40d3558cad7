using System.Net;
using Canario.Contract;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

public sealed class ProcessTests
{
    [Fact]
    public async Task SIGTERM_drains_and_the_process_ends_with_0()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        var (process, client) = await ServerProcess.StartReadyAsync(folder, ["--drain-seconds", "5"]);
        using (process)
        using (client)
        {
            process.Signal(ServerProcess.SigTerm);
            while ((await client.GetAsync(HttpPaths.V2Ready)).StatusCode == HttpStatusCode.OK) await Task.Yield();
            using HttpResponseMessage served = await client.PostAsync("/predict", new StringContent(ModelFolder.Row));
            Assert.Equal(HttpStatusCode.OK, served.StatusCode);
            Assert.Equal(ExitCodes.Ok, await process.EndAsync());
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
            (["--model-uri", uri, "--model", "a/b"], ExitCodes.BadConfiguration),
            (["--model-uri", uri, "--http-port", "0", "--model-sha256", new string('a', 64)], ExitCodes.WrongDigest),
            (["--model-uri", "file:///nowhere/", "--http-port", "0"], ExitCodes.ModelUnavailable),
        ];
        foreach ((string[] arguments, int code) in cases)
        {
            using var process = new ServerProcess(arguments);
            int actual = await process.EndAsync();
            Assert.True(code == actual, $"{string.Join(' ', arguments)} ended with {actual}, not {code}");
        }
    }
}
