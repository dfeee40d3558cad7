using System.CommandLine;
using Canario.LocalCluster.Images;
using Canario.LocalCluster.Provisioning;

namespace Canario.LocalCluster;

/// <summary>The command: a thin shell over <see cref="LocalNode"/>, <see cref="ControlPlane"/> and <see cref="ContainerImages"/>.</summary>
internal static class CommandLine
{
    public static RootCommand Build() => new("A real Kubernetes on this machine, for tests and the demo.")
    {
        BuildKubernetes(), Up(), Down(), Status(), LoadImage(), BuildImages(), RunControlPlane(),
    };

    private static Command BuildKubernetes()
    {
        var command = new Command(
            "build", "Install the Debian packages that are missing (as root) and compile Kubernetes into the cache, ahead of the first 'up' or test. Returns at once when all is there.");
        command.SetAction((_, cancellationToken) => ReportAsync(async () =>
        {
            await SystemPackages.EnsureAsync(SystemPackages.ForAll, Console.Error.WriteLine, cancellationToken);
            Console.WriteLine(await KubernetesBinaries.EnsureAsync(Console.Error.WriteLine, TimeProvider.System, cancellationToken));
            return 0;
        }));
        return command;
    }

    private static Command Up()
    {
        var command = new Command("up", "Bring up a one-node Kubernetes with real pods (as root). Does nothing when it is up.");
        command.SetAction((_, cancellationToken) => ReportAsync(async () =>
        {
            var node = await LocalNode.UpAsync(cancellationToken: cancellationToken);
            Console.WriteLine(node.IsProvisioned ? "Use it with:" : "KUBECONFIG is set: nothing was provisioned, that cluster is used:");
            Console.WriteLine($"  export KUBECONFIG={node.KubeconfigPath}");
            return 0;
        }));
        return command;
    }

    private static Command Down()
    {
        var command = new Command("down", "Remove the node: pods, processes, mounts, network, iptables rules, data. Also after a crash.");
        command.SetAction((_, cancellationToken) => ReportAsync(async () =>
        {
            await LocalNode.DownAsync(cancellationToken: cancellationToken);
            return 0;
        }));
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Say what of the node runs. Exit code 0: up, 1: broken, 3: down.");
        command.SetAction((_, cancellationToken) => ReportAsync(async () =>
        {
            if (LocalNode.ForeignKubeconfig is { } foreign)
                await Console.Error.WriteLineAsync($"KUBECONFIG names {foreign}, another cluster. This is about the node of this machine:");
            var status = await LocalNode.StatusAsync(cancellationToken);
            Console.WriteLine($"{status.State}{(status.ApiServerUrl is null ? "" : $"  {status.ApiServerUrl}")}");
            foreach (var (name, runs) in status.State == NodeState.Down ? [] : status.Components)
                Console.WriteLine($"  {name,-24} {(runs ? "runs" : "does not run")}");
            if (status.Problem is { } problem)
                Console.WriteLine($"  Problem: {problem}");
            return status.State switch { NodeState.Up => 0, NodeState.Broken => 1, _ => 3 };
        }));
        return command;
    }

    private static Command LoadImage()
    {
        var archive = new Argument<string[]>("archive") { Description = "A docker or OCI archive (.tar, .tar.gz).", Arity = ArgumentArity.OneOrMore };
        var command = new Command("load-image", "Make images known to the node, from archives.") { archive };
        command.SetAction((parse, cancellationToken) => ReportAsync(async () =>
        {
            foreach (var path in parse.GetValue(archive)!)
                Console.WriteLine(await LocalNode.LoadImageAsync(path, cancellationToken));
            return 0;
        }));
        return command;
    }

    private static Command BuildImages()
    {
        var defaults = new ImageOptions();
        var tag = new Option<string>("--tag") { Description = "Tag of the images.", DefaultValueFactory = _ => defaults.Tag };
        var from = new Option<string?>("--base-image") { Description = "Base image; default: one made of this machine's shared libraries." };
        var output = new Option<string?>("--output") { Description = "Folder for the archives; default: artifacts/images." };
        var noLoad = new Option<bool>("--no-load") { Description = "Only build; do not load them into the node." };
        var command = new Command("images", "Build canario/operator, canario/router and canario/inference-server and load them into the node, if it is up.")
        {
            tag, from, output, noLoad,
        };
        command.SetAction((parse, cancellationToken) => ReportAsync(async () =>
        {
            await SystemPackages.EnsureAsync(SystemPackages.ForImages, Console.Error.WriteLine, cancellationToken);
            var options = new ImageOptions { Tag = parse.GetValue(tag)!, BaseImage = parse.GetValue(from), OutputDirectory = parse.GetValue(output) };
            var archives = await ContainerImages.BuildAsync(options, cancellationToken);
            if (parse.GetValue(noLoad))
                return 0;
            if (LocalNode.ForeignKubeconfig is { } foreign)
            {
                await Console.Error.WriteLineAsync(ForeignCluster.ExplainLoading(foreign, archives));
                return 0;
            }

            if ((await LocalNode.StatusAsync(cancellationToken)).State != NodeState.Up)
                return 0;
            foreach (var archive in archives)
                Console.WriteLine(await LocalNode.LoadImageAsync(archive, cancellationToken));
            return 0;
        }));
        return command;
    }

    private static Command RunControlPlane()
    {
        var noControllers = new Option<bool>("--no-controllers") { Description = "Without kube-controller-manager." };
        var command = new Command("control-plane", "Run a control plane without a node until interrupted; prints its kubeconfig's path.") { noControllers };
        command.SetAction((parse, cancellationToken) => ReportAsync(async () =>
        {
            var options = new ControlPlaneOptions { ControllerManager = !parse.GetValue(noControllers) };
            await using var plane = await ControlPlane.StartAsync(options, cancellationToken);
            Console.WriteLine(plane.KubeconfigPath);
            var interrupted = new TaskCompletionSource();
            await using var registration = cancellationToken.Register(interrupted.SetResult);
            await interrupted.Task;
            return 0;
        }));
        return command;
    }

    private static async Task<int> ReportAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (LocalClusterException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
        catch (UnauthorizedAccessException e) when (Environment.UserName != "root")
        {
            await Console.Error.WriteLineAsync($"{e.Message} A node needs root: network interfaces, mounts and control groups are the machine's.");
            return 2;
        }
    }
}
