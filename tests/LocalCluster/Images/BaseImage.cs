using System.Text;

namespace Canario.LocalCluster.Images;

/// <summary>
/// What a self-contained .NET application and the ONNX Runtime need of an operating system, taken from this machine: shared libraries,
/// CA certificates and a user. It has no shell and no package manager.
/// </summary>
internal static class BaseImage
{
    public const string Repository = "canario/base";
    public const string Tag = "local";

    private static readonly string[] LibraryDirectories = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64"];

    private static readonly string[] Libraries =
    [
        "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libresolv.so.2", "libgcc_s.so.1", "libstdc++.so.6",
        "libssl.so.3", "libcrypto.so.3",
    ];

    public static OciImage Build() => new($"{Repository}:{Tag}",
    [
        new ImageFile("tmp/", null, ImageFile.SharedDirectory),
        Text("etc/passwd", "root:x:0:0:root:/:/sbin/nologin\napp:x:10001:10001:app:/:/sbin/nologin\n"),
        Text("etc/group", "root:x:0:\napp:x:10001:\n"),
        Text("etc/nsswitch.conf", "hosts: files dns\n"),
        Copy("/etc/ssl/certs/ca-certificates.crt", ImageFile.ReadOnly),
        Copy("/lib64/ld-linux-x86-64.so.2", ImageFile.Executable),
        .. Libraries.Select(library => Copy(Find(library), ImageFile.Executable)),
    ])
    {
        Environment = ["PATH=/app", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],
    };

    private static ImageFile Text(string path, string content) => new(path, Encoding.ASCII.GetBytes(content), ImageFile.ReadOnly);

    private static ImageFile Copy(string path, UnixFileMode mode) => File.Exists(path)
        ? new ImageFile(path[1..], File.ReadAllBytes(path), mode)
        : throw new LocalClusterException($"The base image needs {path}, which this machine lacks (packages libc6, libstdc++6, libssl3, ca-certificates).");

    private static string Find(string library) =>
        LibraryDirectories.Select(directory => Path.Combine(directory, library)).FirstOrDefault(File.Exists)
        ?? throw new LocalClusterException(
            $"The base image needs {library}, which is in none of {string.Join(", ", LibraryDirectories)} (packages libc6, libstdc++6, libssl3).");
}
