using System.Text;
using Canario.Contract;
using Canario.InferenceServer.Lifecycle;
using Canario.TestModels;
using Microsoft.AspNetCore.Http;

namespace Canario.InferenceServer.Tests.Sources;

public sealed class NotAModelTests
{
    [Theory]
    [InlineData("<!DOCTYPE html><title>Sign in</title>", "it is text that begins with '<!DOCTYPE html>")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0", "pointer of Git LFS")]
    [InlineData("PK\u0003\u0004....", "zip archive")]
    [InlineData("", "it is empty")]
    public async Task A_file_that_is_no_model_is_named_for_what_it_is(string content, string reason) =>
        Assert.Contains($"model.onnx is not an ONNX file: ", await FailureOf(Encoding.Latin1.GetBytes(content), reason), StringComparison.Ordinal);

    [Fact]
    public async Task A_pickle_is_named_for_what_it_is() => await FailureOf([0x80, 0x04, 0x95, 1, 2, 3], "it is a Python pickle");

    [Fact]
    public async Task A_model_of_a_newer_opset_says_so() =>
        await FailureOf(new OnnxGraph().Input("x", 1, "n").Output("y", 1, "n").Node("Identity", ["x"], ["y"]).Build(opset: 99), "needs an ONNX version that ONNX Runtime");

    [Fact]
    public async Task A_site_that_answers_everything_with_a_page_has_no_model()
    {
        await using var site = new StubServer(context => context.Response.WriteAsync("<html>sign in</html>"));
        string failure = await FailureOf([], "it is text that begins with '<html>sign in</html>'", new Uri($"{site.Address}/a/model.onnx"));
        Assert.StartsWith($"{site.Address}/a/model.onnx is not an ONNX file", failure, StringComparison.Ordinal);
    }

    private static async Task<string> FailureOf(byte[] content, string reason, Uri? elsewhere = null)
    {
        using var folder = new ModelFolder(content);
        await using TestServer server = await TestServer.StartAsync(folder.Path, o => o with { ModelUri = elsewhere ?? o.ModelUri });
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        ServerState state = server.Get<ServerState>();
        Assert.Equal(ExitCodes.ModelLoadFailed, state.ExitCode);
        Assert.Contains(reason, state.Failure, StringComparison.Ordinal);
        return state.Failure!;
    }
}
