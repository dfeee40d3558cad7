using System.Text.RegularExpressions;
using Canario.LocalCluster;

namespace Canario.EndToEnd;

[Collection(TrafficGroup.Name)]
public sealed partial class SampleTests(StageFixture fixture)
{
    [Theory]
    [InlineData("minimal.yaml", "penguins")]
    [InlineData("canary.yaml", "penguins")]
    [InlineData("autoscaling.yaml", "penguins")]
    [InlineData("blue-green.yaml", "penguin-mass")]
    [InlineData("drift.yaml", "penguins")]
    [InlineData("shadow.yaml", "penguins")]
    [InlineData("ab.yaml", "penguins")]
    public async Task A_sample_is_accepted_as_it_stands_and_serves(string file, string name)
    {
        await using var place = await fixture.OpenPlaceAsync("sample-" + Path.GetFileNameWithoutExtension(file));
        var yaml = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "samples", file));

        // But for where the models are, and for the node port, which somebody else may have.
        yaml = yaml.Replace("http://models.example", fixture.Stage.Models.Address, StringComparison.Ordinal);
        await place.ApplyAsync(NodePort().Replace(yaml, $"nodePort: {place.Manifests.NodePort}"));

        await place.KubectlAsync("wait", "--for=condition=Ready", $"modeldeployment/{name}", "--timeout=120s");
    }

    [GeneratedRegex(@"nodePort: \d+")]
    private static partial Regex NodePort();
}
