using System.Security.Cryptography;
using System.Text;
using Canario.Contract;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Models.Weights;

/// <summary>
/// Folders in which a model and its weights, which the cache has by their digests, lie under the names that ONNX Runtime looks for.
/// </summary>
internal sealed class ModelLinks(ServerOptions options)
{
    // Beside the folder of the digests, on the same volume.
    private readonly string _folder = Path.Combine(options.CacheDirectory, "models");

    /// <summary>Path of the model there.</summary>
    /// <param name="model">Digest of the ONNX file.</param>
    /// <param name="weights">Digests by location, in order.</param>
    /// <exception cref="ModelLoadException">The folder cannot be written.</exception>
    public (string Path, string Digest) Make(string model, IReadOnlyCollection<(string Location, string Sha256)> weights)
    {
        string digest = DigestOf(model, weights);
        string folder = Path.Combine(_folder, digest);
        try
        {
            foreach ((string location, string sha256) in weights) Link(folder, location, sha256);
            return (Link(folder, ModelFiles.Model, model), digest);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"the folder {folder}, where the model and its weights get their names, cannot be written: {e.Message}");
        }
    }

    /// <summary>It says all that is in the folder. So each link by itself is right or missing, whoever made it: a killed process leaves nothing to undo.</summary>
    private static string DigestOf(string model, IReadOnlyCollection<(string Location, string Sha256)> weights)
    {
        // No location has a line's end.
        string content = string.Concat(weights.Select(file => $"{file.Sha256} {file.Location}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{model}\n{content}")));
    }

    /// <summary>
    /// Symbolic links for the weights and the model alike: ONNX Runtime takes only weights that really lie in the folder in which the model really lies. Hard ones need no such rule,
    /// yet the checks of ONNX take them for an attack, and where another user's process filled the cache the kernel refuses to make them.
    /// </summary>
    private static string Link(string folder, string location, string sha256)
    {
        string path = Path.Combine(folder, location);
        string up = string.Concat(Enumerable.Repeat("../", 2 + location.Count(c => c == '/')));
        string target = $"{up}sha256/{sha256}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (LinkAt(path) == target) return path;
        try
        {
            File.CreateSymbolicLink(path, target);
        }
        catch (IOException) when (LinkAt(path) == target)
        {
            // Another process that shares the cache was faster.
        }
        catch (IOException) when (LinkAt(path) is not null || File.Exists(path))
        {
            // Somebody else's, whose name says nothing of what it is.
            File.Delete(path);
            File.CreateSymbolicLink(path, target);
        }

        return path;
    }

    private static string? LinkAt(string path) => new FileInfo(path).LinkTarget;
}
