using System.Text;
using Canario.Contract;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

/// <summary>What a server tells of the copies that it gets, for the router to compare answers by.</summary>
public sealed class SliceTests
{
    private const string Row = """{"age":30,"visits":1,"colour":"green","income":5}""";
    private const string Red = """{"age":30,"visits":1,"colour":"red","income":5}""";

    [Theory]
    [InlineData("/predict", Row, "colour=green")]
    [InlineData("/predict", Red, "colour=red")]
    [InlineData("/predict", $"[{Row},{Row}]", "colour=green")]
    [InlineData("/predict", $"[{Row},{Red}]", null)] // Of two slices it is of neither.
    [InlineData("/v1/models/m:predict", $$"""{"instances":[{{Red}}]}""", "colour=red")]
    [InlineData("/v2/models/m/infer", """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[99,1,1,5]}]}""", "colour=green")]
    [InlineData("/v2/models/m/infer", """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[99,1,7,5]}]}""", null)] // Refused too.
    [InlineData("/predict", """{"age":"x"}""", null)] // Refused before anybody knows.
    public async Task A_copy_is_told_its_slice_and_a_users_request_is_not(string path, string body, string? expected)
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3), Sliced);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        Assert.Equal(expected, await AskAsync(server, path, body, isCopy: true));
        Assert.Null(await AskAsync(server, path, body, isCopy: false));
    }

    [Fact]
    public async Task Without_a_slice_in_the_schema_nothing_is_told()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        Assert.Null(await AskAsync(server, "/predict", Row, isCopy: true));
    }

    [Fact]
    public async Task The_first_categories_have_a_slice_each_and_names_are_encoded()
    {
        string[] categories = ["grün & =", .. Enumerable.Range(1, 19).Select(i => $"c{i}")];
        string metadata = ModelFolder.Metadata.Replace("""["red","green"]""", $"""["{string.Join("\",\"", categories)}"],"slice":true""", StringComparison.Ordinal);
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3), metadata);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        for (int i = 0; i < categories.Length; i++)
        {
            string told = (await AskAsync(server, "/predict", Row.Replace("green", categories[i], StringComparison.Ordinal), isCopy: true))!;
            Assert.True(Slices.TryDecode(told, out string? slice));
            Assert.Equal(i < Slices.MostNamed ? "colour=" + categories[i] : "colour=__other__", slice);
            Assert.All(told, c => Assert.InRange(c, '!', '~'));
        }
    }

    [Theory]
    [InlineData("\"name\":\"age\",", "\"name\":\"age\",\"slice\":true,", "feature 'age': slice needs type category")]
    [InlineData("\"name\":\"colour\",", "\"name\":\"colour\",\"slice\":true,\"sensitive\":true,", "feature 'colour': slice must not be sensitive")]
    public async Task A_schema_whose_slice_cannot_be_one_is_refused(string from, string to, string message)
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3), ModelFolder.Metadata.Replace(from, to, StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => TestServer.StartReadyAsync(folder.Path));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_slices_are_one_too_many()
    {
        string metadata = Sliced.Replace("\"name\":\"visits\",\"type\":\"integer\",\"tensor\":\"input\",\"column\":1,\"default\":2", "\"name\":\"visits\",\"type\":\"category\",\"categories\":[\"a\",\"b\"],\"tensor\":\"input\",\"column\":1,\"slice\":true", StringComparison.Ordinal);
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3), metadata);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => TestServer.StartReadyAsync(folder.Path));
        Assert.Contains("feature 'colour': slice is one too many, after 'visits'", refused.Message, StringComparison.Ordinal);
    }

    private static string Sliced => ModelFolder.Metadata.Replace("\"name\":\"colour\",", "\"name\":\"colour\",\"slice\":true,", StringComparison.Ordinal);

    private static async Task<string?> AskAsync(TestServer server, string path, string body, bool isCopy)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (isCopy) request.Headers.Add(Headers.Shadow, "1");
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        return response.Headers.TryGetValues(Headers.Slice, out var values) ? values.Single() : null;
    }
}
