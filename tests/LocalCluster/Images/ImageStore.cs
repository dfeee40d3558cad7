using System.Formats.Tar;
using Canario.LocalCluster.Node;
using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Images;

/// <summary>The images that the node's kubelet sees.</summary>
internal static class ImageStore
{
    /// <summary>Imports a docker or OCI archive, compressed or not; returns what containerd says of it, a line an image.</summary>
    public static async Task<string> ImportAsync(string archive, CancellationToken cancellationToken) =>
        (await CtrAsync(cancellationToken, "images", "import", archive)).Trim();

    public static async Task ImportAsync(OciImage image, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("canario-image-").FullName;
        try
        {
            var layout = Path.Combine(directory, "layout");
            OciLayout.Write(image, layout);
            var archive = Path.Combine(directory, "image.tar");
            await TarFile.CreateFromDirectoryAsync(layout, archive, includeBaseDirectory: false, cancellationToken);
            await ImportAsync(archive, cancellationToken);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Task<string> CtrAsync(CancellationToken cancellationToken, params string[] arguments) =>
        Command.RunAsync("ctr", ["--address", NodeLayout.ContainerdSocket, "--namespace", "k8s.io", .. arguments], cancellationToken);
}
