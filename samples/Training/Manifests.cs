using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Canario.Contract;
using Canario.Training.Models;

namespace Canario.Training;

/// <summary>The digests in samples/*.yaml: each follows the uri of the model that it is of, as fields or as arguments.</summary>
internal static partial class Manifests
{
    public static IEnumerable<string> Stale(string samples, IReadOnlyList<SampleFile> files)
    {
        var digests = files
            .Where(file => file.Path.EndsWith($"/{ModelFiles.Model}", StringComparison.Ordinal))
            .ToDictionary(file => file.Path, file => Convert.ToHexStringLower(SHA256.HashData(file.Content)));
        foreach (var manifest in Directory.EnumerateFiles(samples, "*.yaml").Order(StringComparer.Ordinal))
        {
            foreach (Match match in ModelReference().Matches(File.ReadAllText(manifest)))
            {
                var (path, digest) = (match.Groups["path"].Value, match.Groups["digest"].Value);
                if (!digests.TryGetValue(path, out var expected))
                    yield return $"{Path.GetFileName(manifest)} names {path}, which training does not make";
                else if (digest != expected)
                    yield return $"{Path.GetFileName(manifest)}: the sha256 of {path} is {digest}, it must be {expected}";
            }
        }
    }

    [GeneratedRegex(@"uri[:=]\s*\S+?/(?<path>[a-z-]+/v[a-z0-9-]+/model\.onnx)\s+(?:- --model-)?sha256[:=]\s*(?<digest>\S+)")]
    private static partial Regex ModelReference();
}
