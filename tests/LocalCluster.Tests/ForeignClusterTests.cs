namespace Canario.LocalCluster.Tests;

/// <summary>KUBECONFIG names a cluster that the caller brought along.</summary>
public sealed class ForeignClusterTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("canario-foreign-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("kind-team", "kind load image-archive /images/a.tar --name team")]
    [InlineData("k3d-team", "k3d image import /images/a.tar --cluster team")]
    [InlineData("other", "k3s ctr images import /images/a.tar")]
    public void Who_wants_to_load_an_image_is_told_the_command_of_that_cluster(string context, string expected)
    {
        var told = ForeignCluster.ExplainLoading(WriteKubeconfig(context), "/images/a.tar");
        Assert.Contains(expected, told, StringComparison.Ordinal);
        Assert.Contains($"context '{context}'", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_loaded_into_it_nor_provisioned_or_removed_here()
    {
        var kubeconfig = WriteKubeconfig("kind-team");
        var archive = Path.Combine(directory, "a.tar");
        await File.WriteAllTextAsync(archive, "");

        var load = await LocalClusterCommand.RunAsync(kubeconfig, "load-image", archive);
        Assert.Equal(2, load.ExitCode);
        Assert.Contains($"kind load image-archive {archive} --name team", load.Error, StringComparison.Ordinal);
        var up = await LocalClusterCommand.RunAsync(kubeconfig, "up");
        Assert.Equal(0, up.ExitCode);
        Assert.Contains($"export KUBECONFIG={kubeconfig}", up.Output, StringComparison.Ordinal);
        var down = await LocalClusterCommand.RunAsync(kubeconfig, "down");
        Assert.Equal((0, "", ""), down);
    }

    private string WriteKubeconfig(string context)
    {
        var path = Path.Combine(directory, "kubeconfig");
        var content = Security.Kubeconfig.Build("https://cluster.example:6443", "ca", "admin", new("certificate", "key"));
        File.WriteAllText(path, content
            .Replace("current-context: canario", $"current-context: {context}", StringComparison.Ordinal)
            .Replace("contexts:\n- name: canario", $"contexts:\n- name: {context}", StringComparison.Ordinal));
        return path;
    }
}
