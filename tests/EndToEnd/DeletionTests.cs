using Canario.Demo;

namespace Canario.EndToEnd;

[Collection(ClusterGroup.Name)]
public sealed class DeletionTests(StageFixture fixture)
{
    private const string Kinds = "deployments,services,configmaps,controllerrevisions,poddisruptionbudgets,serviceaccounts,roles,rolebindings,pods";

    [Fact]
    public async Task A_deleted_ModelDeployment_leaves_nothing()
    {
        await fixture.ServeAnewAsync();
        Assert.NotEmpty(await OwnedAsync());

        await fixture.DeleteAsync();

        for (var look = 0; look < 60 && await OwnedAsync() != ""; look++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("", await OwnedAsync());
    }

    private Task<string> OwnedAsync() => fixture.Kubectl.RunAsync(
        CancellationToken.None, "get", Kinds, "--namespace", Manifests.Namespace, "--selector", "app.kubernetes.io/managed-by=canario", "--output", "name", "--ignore-not-found");
}
