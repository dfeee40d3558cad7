using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

/// <summary>What the operator compares before a revision gets traffic.</summary>
public sealed class ContractTests
{
    [Fact]
    public async Task Tensors_are_those_of_the_models_own_metadata()
    {
        using var folder = new ModelFolder(Samples.Trio());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonNode metadata = (await server.Client.GetFromJsonAsync<JsonNode>("/v2/models/m"))!;

        JsonNode contract = (await server.Client.GetFromJsonAsync<JsonNode>(HttpPaths.Contract))!;

        Assert.NotEmpty(contract["inputs"]!.AsArray());
        Assert.Equal(metadata["inputs"]!.ToJsonString(), contract["inputs"]!.ToJsonString());
        Assert.Equal(metadata["outputs"]!.ToJsonString(), contract["outputs"]!.ToJsonString());
    }

    [Fact]
    public async Task Features_and_predictions_are_those_of_the_metadata_file()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonNode file = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, ModelFiles.Metadata)))!;

        ModelContract contract = (await server.Client.GetFromJsonAsync(HttpPaths.Contract, ContractJson.Default.ModelContract))!;

        Assert.Equal(file["features"]!.AsArray().Select(f => (string)f!["name"]!), contract.Features.Select(f => f.Name));
        Assert.Equal(file["outputs"]!.AsArray().Select(o => (string)o!["name"]!), contract.Predictions.Select(p => p.Name));
    }

    [Fact]
    public async Task It_needs_no_key()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string keys = Path.Combine(folder.Path, "keys");
        await File.WriteAllTextAsync(keys, "correct-horse-battery\n");
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { ApiKeysFile = keys });

        using HttpResponseMessage answer = await server.Client.GetAsync(HttpPaths.Contract);

        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
    }
}
