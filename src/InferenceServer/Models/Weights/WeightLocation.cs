using System.Text;
using Canario.Contract;
using Canario.InferenceServer.Models.Fetching;

namespace Canario.InferenceServer.Models.Weights;

/// <summary>Names that a model gives its files of weights. They become paths on this machine and addresses elsewhere: none may lead out of the model's folder.</summary>
internal static class WeightLocation
{
    public const int MaximumBytes = 1000;

    /// <summary>The location without what says nothing (<c>./a</c> is <c>a</c>).</summary>
    /// <exception cref="ModelLoadException">It may not be followed.</exception>
    public static string Require(string location, string shown)
    {
        if (location.Length == 0) throw Refuse("is empty");
        if (Encoding.UTF8.GetByteCount(location) > MaximumBytes) throw Refuse($"is longer than {MaximumBytes} bytes");
        if (location.Any(char.IsControl)) throw Refuse("has control characters");
        if (location.Contains('\\', StringComparison.Ordinal)) throw Refuse("has a backslash; folders are told apart by '/'");
        if (location[0] == '/' || (location.Length > 1 && char.IsAsciiLetter(location[0]) && location[1] == ':')) throw Refuse("is an absolute path");
        string[] parts = location.Split('/');
        if (parts.Contains("..")) throw Refuse("leads out of the model's folder");
        parts = [.. parts.Where(part => part != ".")];
        if (parts.Length == 0 || parts.Contains("")) throw Refuse("names no file");
        return string.Join('/', parts);

        ModelLoadException Refuse(string why) =>
            new(ExitCodes.ModelLoadFailed, $"{shown} keeps weights in '{Refusal.Clean(location)}', which {why}: only files in the model's folder or below it are fetched");
    }

    /// <summary>Every file can have its place in one folder, beside <see cref="ModelFiles.Model"/>.</summary>
    /// <exception cref="ModelLoadException">One is a folder of another, or the model.</exception>
    public static void RequireApart(IReadOnlyCollection<string> locations, string shown)
    {
        var taken = new HashSet<string>(locations, StringComparer.Ordinal);
        if (!taken.Add(ModelFiles.Model)) throw new ModelLoadException(ExitCodes.ModelLoadFailed, $"{shown} keeps weights in '{ModelFiles.Model}', which is the model's own name");
        foreach (string location in locations)
        {
            for (int slash = location.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = location.IndexOf('/', slash + 1))
            {
                if (taken.Contains(location[..slash]))
                    throw new ModelLoadException(ExitCodes.ModelLoadFailed, $"{shown} keeps weights in '{Refusal.Clean(location)}', and '{Refusal.Clean(location[..slash])}' is a file");
            }
        }
    }
}
