using System.Net;
using System.Text;
using Canario.LocalCluster.Control;
using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Tests;

public sealed class ControlPlaneTests
{
    private static readonly ControlPlaneOptions Own = new() { UseKubeconfigFromEnvironment = false };

    [Fact]
    public async Task Two_run_side_by_side_and_leave_neither_processes_nor_files()
    {
        var planes = await Task.WhenAll(ControlPlane.StartAsync(Own), ControlPlane.StartAsync(Own with { ControllerManager = false }));
        var directories = planes.Select(plane => Path.GetDirectoryName(plane.KubeconfigPath)!).ToList();

        Assert.NotEqual(planes[0].ApiServerUrl, planes[1].ApiServerUrl);
        Assert.Equal(["etcd", "kube-apiserver", "kube-controller-manager"], Leftovers.Find(directories[0]).Select(process => process.Program).Order());
        Assert.Equal(["etcd", "kube-apiserver"], Leftovers.Find(directories[1]).Select(process => process.Program).Order());

        foreach (var plane in planes)
            await plane.DisposeAsync();

        Assert.All(directories, directory => Assert.Empty(Leftovers.Find(directory)));
        Assert.All(directories, directory => Assert.False(Directory.Exists(directory)));
    }

    [Fact]
    public async Task What_was_written_is_there_after_a_crash_of_the_api_server_and_controllers_go_on()
    {
        await using var plane = await ControlPlane.StartAsync(Own);
        using var client = ApiClient.Create(plane);
        using var created = await client.PostAsync(
            "/api/v1/namespaces", new StringContent("""{"metadata":{"name":"kept"}}""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);

        await plane.StopApiServerAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/readyz"));
        await plane.StartApiServerAsync();

        using var kept = await client.GetAsync("/api/v1/namespaces/kept");
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        // Made by the controllers after they found the API server again.
        using var deleted = await client.DeleteAsync("/api/v1/namespaces/kept");
        await Eventually.IsTrueAsync(async () => (await client.GetAsync("/api/v1/namespaces/kept")).StatusCode == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_component_that_cannot_start_is_reported_with_the_end_of_its_log_and_leaves_nothing()
    {
        var failure = await Assert.ThrowsAsync<LocalClusterException>(
            () => ControlPlane.StartAsync(Own with { ApiServerArguments = ["--no-such-flag"] }));

        Assert.Contains("kube-apiserver ended while it was starting", failure.Message, StringComparison.Ordinal);
        Assert.Contains("unknown flag: --no-such-flag", failure.Message, StringComparison.Ordinal);
        var log = failure.Message.Split("The end of ")[1].Split(":\n")[0];
        Assert.False(Directory.Exists(Path.GetDirectoryName(Path.GetDirectoryName(log))));
    }

    [Fact]
    public async Task Components_die_with_a_killed_owner_and_the_next_start_removes_its_files()
    {
        using var owner = LocalClusterCommand.Start(kubeconfig: null, "control-plane", "--no-controllers");
        var directory = Path.GetDirectoryName(await owner.StandardOutput.ReadLineAsync())!;
        Assert.Equal(2, Leftovers.Find(directory).Count);
        Assert.True(Directory.Exists(directory));

        owner.Kill();

        await Eventually.IsTrueAsync(() => Task.FromResult(Leftovers.Find(directory).Count == 0));
        // Again until it is gone: another run on this machine may be cleaning it at the same time.
        await Eventually.IsTrueAsync(async () =>
        {
            await InstanceDirectory.CleanAsync(InstanceDirectory.Root, CancellationToken.None);
            return !Directory.Exists(directory);
        });
    }

    [Fact]
    public async Task Cleaning_leaves_the_files_of_a_living_owner_alone()
    {
        var root = Directory.CreateTempSubdirectory("canario-test-").FullName;
        using (var living = InstanceDirectory.Create(root))
        {
            Assert.Equal(0, await InstanceDirectory.CleanAsync(root, CancellationToken.None));
            Assert.True(Directory.Exists(living.Path));
        }

        Directory.Delete(root);
    }

    [Fact]
    public async Task A_cluster_named_by_KUBECONFIG_is_used_and_nothing_is_provisioned()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, Security.Kubeconfig.Build("https://cluster.example:6443", "ca", "admin", new("certificate", "key")));

        using var command = LocalClusterCommand.Start(path, "control-plane");
        Assert.Equal(path, await command.StandardOutput.ReadLineAsync());
        Assert.Equal("https://cluster.example:6443", Security.Kubeconfig.ReadServer(path));
        command.Kill();
        File.Delete(path);
    }
}
