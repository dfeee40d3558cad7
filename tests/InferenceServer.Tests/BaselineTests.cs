using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

public sealed class BaselineTests
{
    [Theory]
    [InlineData("\"age\"", "\"weight\"", "baseline.json is of another model: its features are 'weight', 'height', 'depth'; metadata.json has 'age', 'visits', 'colour', 'income'")]
    [InlineData("\"species\"", "\"genus\"", "baseline.json is of another model: its predictions are 'genus'; metadata.json has 'species'")]
    public async Task A_baseline_of_another_schema_is_refused(string name, string other, string message)
    {
        string baseline = ModelFolder.Baseline.Replace(name, other, StringComparison.Ordinal);
        if (other == "\"weight\"") baseline = baseline.Replace("\"visits\"", "\"height\"", StringComparison.Ordinal).Replace("\"colour\"", "\"depth\"", StringComparison.Ordinal);
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3), ModelFolder.Metadata, baseline);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => TestServer.StartReadyAsync(folder.Path));
        Assert.Equal(message, refused.Message);
    }

    [Fact]
    public async Task A_name_of_the_baseline_that_the_schema_has_not_is_told()
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3), ModelFolder.Metadata, ModelFolder.Baseline.Replace("\"visits\"", "\"visit_count\"", StringComparison.Ordinal));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        Assert.Contains("The baseline knows 'visit_count', which metadata.json does not", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_baseline_without_a_schema_is_no_mistake()
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3), null, """{"samples":1,"features":[{"name":"age","edges":[1],"counts":[1,0]}]}""");
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
    }
}
