using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Images;

/// <summary>Builds canario/operator, canario/router and canario/inference-server without a container engine.</summary>
public static class ContainerImages
{
    private static readonly (string Project, string Image)[] Projects =
        [("Operator", "operator"), ("Router", "router"), ("InferenceServer", "inference-server")];

    /// <summary>Returns the archives' paths, in the order operator, router, inference server.</summary>
    public static async Task<IReadOnlyList<string>> BuildAsync(ImageOptions options, CancellationToken cancellationToken)
    {
        var steps = new Steps(options.Progress ?? Console.Error.WriteLine, TimeProvider.System);
        var output = options.OutputDirectory ?? Path.Combine(Checkout.Root, "artifacts", "images");
        Directory.CreateDirectory(output);
        if (options.BaseImage is { } given)
            return await PublishAllAsync(options, given, null, output, steps, cancellationToken);

        steps.Say("Building the base image from this machine's shared libraries");
        await using var registry = await LocalRegistry.StartAsync(cancellationToken);
        await PushBaseAsync(registry, cancellationToken);
        return await PublishAllAsync(
            options, $"{registry.Address}/{BaseImage.Repository}:{BaseImage.Tag}", registry.Address, output, steps, cancellationToken);
    }

    private static async Task PushBaseAsync(LocalRegistry registry, CancellationToken cancellationToken)
    {
        var layout = Directory.CreateTempSubdirectory("canario-base-").FullName;
        try
        {
            OciLayout.Write(BaseImage.Build(), layout);
            await registry.PushAsync(layout, $"{BaseImage.Repository}:{BaseImage.Tag}", cancellationToken);
        }
        finally
        {
            Directory.Delete(layout, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<string>> PublishAllAsync(
        ImageOptions options, string baseImage, string? insecureRegistry, string output, Steps steps, CancellationToken cancellationToken)
    {
        var archives = new List<string>();
        foreach (var (project, image) in Projects)
        {
            steps.Say($"Publishing canario/{image}:{options.Tag}");
            var archive = Path.Combine(output, $"{image}.tar.gz");
            await PublishAsync(project, archive, baseImage, insecureRegistry, options, cancellationToken);
            archives.Add(archive);
        }

        steps.Say($"Images are in {output}");
        return archives;
    }

    private static Task PublishAsync(
        string project, string archive, string baseImage, string? insecureRegistry, ImageOptions options, CancellationToken cancellationToken) =>
        Command.RunAsync(
            "dotnet",
            [
                "publish", Path.Combine(Checkout.Root, "src", project, project + ".csproj"),
                "--configuration", "Release", "--runtime", "linux-x64", "--self-contained", "-t:PublishContainer", "-v:quiet", "-nologo",
                // Its own output folder: another runtime identifier would otherwise rewrite what the ordinary build has restored.
                $"-p:ArtifactsPath={Path.Combine(Checkout.Root, "artifacts", "publish")}",
                $"-p:PublishReadyToRun={options.ReadyToRun}",
                $"-p:ContainerBaseImage={baseImage}",
                $"-p:ContainerImageTag={options.Tag}",
                $"-p:ContainerArchiveOutputPath={archive}",
                // containerd takes the whole image name from this format; an OCI archive would carry the tag alone.
                "-p:ContainerImageFormat=Docker",
            ],
            cancellationToken,
            environment: insecureRegistry is null
                ? null
                : new Dictionary<string, string> { ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = insecureRegistry });
}
