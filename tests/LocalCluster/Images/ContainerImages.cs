using Canario.LocalCluster.Processes;
using Canario.LocalCluster.Provisioning;

namespace Canario.LocalCluster.Images;

/// <summary>Builds canario/operator, canario/router and canario/inference-server without a container engine.</summary>
public static class ContainerImages
{
    private static readonly string[] Names = ["operator", "router", "inference-server"];

    /// <summary>Returns the archives' paths, in the order operator, router, inference server. What was built before from the same sources is not built again.</summary>
    public static async Task<IReadOnlyList<string>> BuildAsync(ImageOptions options, CancellationToken cancellationToken)
    {
        var progress = options.Progress ?? Console.Error.WriteLine;
        var steps = new Steps(progress, TimeProvider.System);
        var output = Path.GetFullPath(options.OutputDirectory ?? Path.Combine(Checkout.Root, "artifacts", "images"));
        Directory.CreateDirectory(output);
        List<string> archives = [.. Names.Select(name => Path.Combine(output, name + ".tar.gz"))];

        var cached = Path.Combine(CacheDirectory.Root, "images");
        using var ownership = await FileLock.TakeAsync(cached + ".lock", "building images", progress, TimeProvider.System, cancellationToken);
        var cache = new ImageCache(cached, TimeProvider.System);
        var inputs = await ImageInputs.DigestAsync(Checkout.Root, options, cancellationToken);
        if (await cache.TryTakeAsync(inputs, archives, cancellationToken))
        {
            steps.Say($"Nothing that the images are made of has changed; they are in {output}");
            return archives;
        }

        await BuildAsync(options, output, steps, cancellationToken);
        // Edited meanwhile: the images may hold the one or the other, so they serve this run and no other.
        if (await ImageInputs.DigestAsync(Checkout.Root, options, cancellationToken) == inputs)
            await cache.PutAsync(inputs, archives, cancellationToken);
        steps.Say($"Images are in {output}");
        return archives;
    }

    private static async Task BuildAsync(ImageOptions options, string output, Steps steps, CancellationToken cancellationToken)
    {
        var what = $"Publishing {string.Join(", ", Names.Select(name => $"canario/{name}:{options.Tag}"))}";
        if (options.BaseImage is { } given)
        {
            await steps.DuringAsync(what, PublishAsync(output, given, null, options, cancellationToken));
            return;
        }

        steps.Say("Building the base image from this machine's shared libraries");
        await using var registry = await LocalRegistry.StartAsync(cancellationToken);
        await PushBaseAsync(registry, cancellationToken);
        await steps.DuringAsync(
            what, PublishAsync(output, $"{registry.Address}/{BaseImage.Repository}:{BaseImage.Tag}", registry.Address, options, cancellationToken));
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

    private static Task PublishAsync(string output, string baseImage, string? insecureRegistry, ImageOptions options, CancellationToken cancellationToken) =>
        Command.RunAsync(
            "dotnet",
            [
                "msbuild", Path.Combine(Checkout.Root, "build", "images.proj"), "-maxCpuCount", "-nodeReuse:false", "-verbosity:quiet", "-nologo",
                "-p:Configuration=Release", "-p:RuntimeIdentifier=linux-x64", "-p:SelfContained=true",
                // As `dotnet publish` says it: some of the SDK's defaults depend on it.
                "-p:_IsPublishing=true",
                // Its own output folder: another runtime identifier would otherwise rewrite what the ordinary build has restored.
                $"-p:ArtifactsPath={Path.Combine(Checkout.Root, "artifacts", "publish")}",
                // The ordinary build has asked them; here they would only be slow.
                "-p:RunAnalyzers=false",
                $"-p:PublishReadyToRun={options.ReadyToRun}",
                $"-p:ContainerBaseImage={baseImage}",
                $"-p:ContainerImageTag={options.Tag}",
                $"-p:ContainerArchiveDirectory={output}",
                // containerd takes the whole image name from this format; an OCI archive would carry the tag alone.
                "-p:ContainerImageFormat=Docker",
            ],
            cancellationToken,
            environment: insecureRegistry is null
                ? null
                : new Dictionary<string, string> { ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = insecureRegistry });
}
