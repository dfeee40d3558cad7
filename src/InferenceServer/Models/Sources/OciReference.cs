using System.Text.RegularExpressions;
using Canario.Contract;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>What <c>oci://registry/repository[:tag][@sha256:digest][#file]</c> names.</summary>
/// <param name="Registry">Host and port, as in the address.</param>
/// <param name="Repository">Path in the registry.</param>
/// <param name="Tag">Empty: the digest says which.</param>
/// <param name="Digest"><c>sha256:…</c>; empty: the tag says which.</param>
/// <param name="File">Name or path of the ONNX file; empty: it is found.</param>
internal sealed partial record OciReference(string Registry, string Repository, string Tag, string Digest, string File)
{
    /// <summary>By which the registry knows the manifest. A digest cannot be moved, so it wins over a tag.</summary>
    public string Name => Digest.Length > 0 ? Digest : Tag;

    public string Shown => $"oci://{Registry}/{Repository}{(Digest.Length > 0 ? "@" : ":")}{Name}";

    /// <exception cref="ModelLoadException">It is none.</exception>
    public static OciReference Parse(Uri uri)
    {
        Match match = Path().Match(uri.AbsolutePath);
        if (uri.Host.Length == 0 || !match.Success || uri.UserInfo.Length > 0 || uri.Query.Length > 0)
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"'{WebSource.Show(uri)}' is not oci://registry/repository, with :tag or @sha256:digest behind it");
        string repository = match.Groups["repository"].Value;
        string digest = match.Groups["digest"].Value;
        string tag = match.Groups["tag"].Value;
        return new OciReference(
            uri.Authority,
            uri.Host == "docker.io" && !repository.Contains('/', StringComparison.Ordinal) ? "library/" + repository : repository,
            tag.Length == 0 && digest.Length == 0 ? "latest" : tag,
            digest,
            Uri.UnescapeDataString(uri.Fragment.TrimStart('#')).TrimStart('/'));
    }

    // The grammar of the distribution specification.
    [GeneratedRegex(@"^/(?<repository>[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*)(:(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Path();
}
