using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Canario.LocalCluster.Images;

/// <summary>Writes an image in the OCI image layout 1.0, the folder that skopeo copies and, as a tar file, containerd imports.</summary>
internal static class OciLayout
{
    public static void Write(OciImage image, string directory)
    {
        var tar = BuildTar(image.Files);
        var layer = Compress(tar);
        var config = Encode(new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject
            {
                ["User"] = image.User,
                ["Env"] = Array(image.Environment),
                ["Entrypoint"] = Array(image.Entrypoint),
            },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Array([Digest(tar)]) },
        });
        var manifest = Encode(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", config),
            ["layers"] = new JsonArray(Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)),
        });
        var entry = Descriptor("application/vnd.oci.image.manifest.v1+json", manifest);
        entry["annotations"] = new JsonObject
        {
            ["io.containerd.image.name"] = image.Name,
            ["org.opencontainers.image.ref.name"] = image.Name[(image.Name.LastIndexOf(':') + 1)..],
        };
        var blobs = Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256")).FullName;
        foreach (var blob in (byte[][])[layer, config, manifest])
            File.WriteAllBytes(Path.Combine(blobs, Digest(blob)["sha256:".Length..]), blob);
        File.WriteAllBytes(Path.Combine(directory, "index.json"), Encode(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(entry) }));
        File.WriteAllText(Path.Combine(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
    }

    private static byte[] BuildTar(IReadOnlyList<ImageFile> files)
    {
        using var buffer = new MemoryStream();
        using (var writer = new TarWriter(buffer, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var file in files)
            {
                var entry = new PaxTarEntry(file.Content is null ? TarEntryType.Directory : TarEntryType.RegularFile, file.Path)
                {
                    Mode = file.Mode,
                    // Equal content must give an equal digest.
                    ModificationTime = DateTimeOffset.UnixEpoch,
                };
                if (file.Content is not null)
                    entry.DataStream = new MemoryStream(file.Content);
                writer.WriteEntry(entry);
            }
        }

        return buffer.ToArray();
    }

    private static byte[] Compress(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        return buffer.ToArray();
    }

    private static JsonObject Descriptor(string mediaType, byte[] content) =>
        new() { ["mediaType"] = mediaType, ["digest"] = Digest(content), ["size"] = content.Length };

    private static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Encode(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
