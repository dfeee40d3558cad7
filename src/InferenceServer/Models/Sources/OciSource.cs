using System.Buffers;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Models.Fetching;
using Canario.InferenceServer.Models.Weights;

namespace Canario.InferenceServer.Models.Sources;

/// <summary><c>oci://…</c>: an artifact whose layers are files (ORAS), or an image with the files in its layers.</summary>
internal sealed class OciSource(ServerOptions options, WebClient web, ImageFiles images) : IModelSource
{
    private const int MaximumManifestBytes = 4 << 20;
    private const int MaximumArchives = 256;

    // An index may name another; more deep than that none is made.
    private const int MaximumIndexes = 2;

    // A file each.
    private const int MaximumLayers = MaximumArchives + ExternalData.MaximumFiles;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    private static readonly string[] s_mediaTypes =
    [
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json", "application/vnd.oci.artifact.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    ];

    public IReadOnlyList<string> Schemes { get; } = ["oci"];

    public async Task<ModelPlace> OpenAsync(Uri uri, CancellationToken cancellation)
    {
        OciReference reference = OciReference.Parse(uri);
        Uri registry = AddressOf(reference.Registry);
        var access = new RegistryAccess(registry, reference.Repository, RegistryCredentials.Find(options.Sources, reference.Registry), web);
        OciManifest manifest = await ReadManifestAsync(reference.Name, reference.Shown);
        for (int depth = 1; manifest.Manifests is { Count: > 0 } choices; depth++)
        {
            if (depth > MaximumIndexes) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{reference.Shown} is an index of indexes of indexes; {MaximumIndexes} of them within each other can be read");
            manifest = await ReadManifestAsync(Choose(Whole(choices, "manifests", reference), reference).Digest!, reference.Shown);
        }

        if (manifest.Layers is not { Count: > 0 and <= MaximumLayers } listed)
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{reference.Shown} has {manifest.Layers?.Count ?? 0} layers; 1 to {MaximumLayers} can be read");

        OciDescriptor[] layers = Whole(listed, "layers", reference);
        OciDescriptor[] archives = [.. layers.Where(layer => layer.IsArchive)];
        if (archives.Length > MaximumArchives) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{reference.Shown} has {archives.Length} layers that are archives; {MaximumArchives} can be read");
        OciDescriptor[] files = [.. layers.Where(layer => !layer.IsArchive)];
        var named = new Dictionary<string, SourceFile>(StringComparer.Ordinal);
        foreach (OciDescriptor layer in files)
        {
            // A blob without a name can only be the model, and only where it is alone.
            string name = layer.Title.Length > 0 ? layer.Title : files.Length == 1 ? ModelFiles.Model : "";
            if (name.Length > 0) named[name] = BlobOf(layer, $"{reference.Shown} {name}");
        }

        SourceFile[] packed = [.. archives.Select(layer => BlobOf(layer, $"{reference.Shown} layer {layer.Digest}"))];
        return await images.FindAsync(packed, named, reference.File, reference.Shown, options.MaximumModelBytes, cancellation);

        SourceFile BlobOf(OciDescriptor layer, string shown) => new()
        {
            Shown = shown,
            Address = new Uri(registry, $"/v2/{reference.Repository}/blobs/{RequireDigest(layer.Digest, reference)}"),
            Sha256 = layer.Digest!["sha256:".Length..],
            Authorize = access.Authorize,
            Challenge = access.MeetAsync,
        };

        async Task<OciManifest> ReadManifestAsync(string name, string shown)
        {
            var file = new SourceFile
            {
                Shown = shown,
                Address = new Uri(registry, $"/v2/{reference.Repository}/manifests/{name}"),
                Authorize = access.Authorize,
                Challenge = access.MeetAsync,
            };
            (byte[] body, _) = await web.ReadAsync(file, MaximumManifestBytes, Accept, cancellation);
            string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(body));
            if (name.StartsWith("sha256:", StringComparison.Ordinal) && name != digest)
                throw new ModelLoadException(ExitCodes.WrongDigest, $"{shown}: the registry answered a manifest of {digest}");
            try
            {
                return JsonSerializer.Deserialize(body, SourceJson.Default.OciManifest) ?? new OciManifest();
            }
            catch (JsonException e)
            {
                throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{shown} has a malformed manifest: {e.Message}");
            }
        }
    }

    private Uri AddressOf(string registry)
    {
        if (registry == "docker.io") return new Uri("https://registry-1.docker.io");
        var address = new Uri($"https://{registry}");
        // As Docker does: what stays on this machine needs no TLS.
        bool insecure = address.IsLoopback || options.Sources.InsecureRegistries.Contains(registry, StringComparer.Ordinal);
        return insecure ? new Uri($"http://{registry}") : address;
    }

    private static void Accept(HttpRequestMessage request)
    {
        foreach (string type in s_mediaTypes) request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
    }

    /// <summary>The one for this machine, or the only one: a model is the same everywhere.</summary>
    private static OciDescriptor Choose(IReadOnlyList<OciDescriptor> choices, OciReference reference)
    {
        string architecture = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => "amd64", var other => other.ToString().ToLowerInvariant() };
        // Build tools list attestations as manifests for an unknown platform.
        OciDescriptor[] real = [.. choices.Where(choice => choice.Platform?.Os != "unknown")];
        OciDescriptor? chosen = real.FirstOrDefault(choice => choice.Platform is { Os: "linux" } platform && platform.Architecture == architecture) ?? (real.Length == 1 ? real[0] : null);
        if (chosen is null) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{reference.Shown} lists {real.Length} manifests, none for linux/{architecture}");
        RequireDigest(chosen.Digest, reference);
        return chosen;
    }

    /// <summary>What is read of every entry is there.</summary>
    private static OciDescriptor[] Whole(IReadOnlyList<OciDescriptor?> entries, string member, OciReference reference)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i] is null) throw Malformed($"{member}[{i}] is null");
            if (entries[i]!.Digest is null) throw Malformed($"{member}[{i}] has no digest");
        }

        return [.. entries.Select(entry => entry!)];

        ModelLoadException Malformed(string reason) => new(ExitCodes.ModelUnavailable, $"{reference.Shown} has a malformed manifest: {reason}");
    }

    private static string RequireDigest(string? digest, OciReference reference) =>
        digest is { Length: 71 } && digest.StartsWith("sha256:", StringComparison.Ordinal) && digest.AsSpan(7).IndexOfAnyExcept(s_hex) < 0
            ? digest
            : throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{reference.Shown} names a blob by '{Refusal.Clean(digest ?? "")}': only sha256 digests can be checked");
}
