using Canario.Demo;
using Canario.LocalCluster;

namespace Canario.EndToEnd;

[Collection(ClusterGroup.Name)]
public sealed class SampleTests(StageFixture fixture)
{
    [Theory]
    [InlineData("minimal.yaml", "penguins")]
    [InlineData("canary.yaml", "penguins")]
    [InlineData("blue-green.yaml", "penguin-mass")]
    public async Task A_sample_is_accepted_as_it_stands_and_serves(string file, string name)
    {
        await fixture.DeleteAsync();
        var yaml = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "samples", file));

        await fixture.Kubectl.ApplyAsync(
            yaml.Replace("http://models.example", fixture.Stage.Models.Address, StringComparison.Ordinal), Manifests.Namespace, CancellationToken.None);

        await fixture.Kubectl.RunAsync(
            CancellationToken.None, "wait", "--for=condition=Ready", $"modeldeployment/{name}", "--namespace", Manifests.Namespace, "--timeout=120s");
    }
}
