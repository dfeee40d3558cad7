using System.Diagnostics;
using Canario.Demo;

namespace Canario.EndToEnd;

[Collection(DemoGroup.Name)]
public sealed class DeletionTests(StageFixture fixture)
{
    private const string Kinds = "deployments,services,configmaps,controllerrevisions,poddisruptionbudgets,serviceaccounts,roles,rolebindings,pods";

    [Fact]
    public async Task A_deleted_ModelDeployment_leaves_nothing()
    {
        await using var place = await fixture.OpenPlaceAsync("deletion");
        await place.ServeFirstVersionAsync();
        Assert.NotEmpty(await OwnedAsync(place));

        await place.KubectlAsync("delete", "modeldeployment", Manifests.Name);

        var clock = Stopwatch.StartNew();
        while (await OwnedAsync(place) is { Length: > 0 } left)
        {
            Assert.True(clock.Elapsed < StageFixture.Patience, $"This is left:\n{left}");
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    private static Task<string> OwnedAsync(Place place) =>
        place.KubectlAsync("get", Kinds, "--selector", "app.kubernetes.io/managed-by=canario", "--output", "name", "--ignore-not-found");
}
