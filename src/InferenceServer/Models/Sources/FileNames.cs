using Canario.Contract;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>Finds a model and the files beside it among files with names.</summary>
internal static class FileNames
{
    private const string Onnx = ".onnx";
    private const int ShownNames = 5;

    /// <param name="files">By path.</param>
    /// <param name="model">Path of the ONNX file.</param>
    public static ModelPlace Place(IReadOnlyDictionary<string, SourceFile> files, string model) =>
        name => files.GetValueOrDefault(name == ModelFiles.Model ? model : FolderOf(model) + name);

    /// <summary>With a slash behind it; empty: none.</summary>
    public static string FolderOf(string path) => path[..(path.LastIndexOf('/') + 1)];

    /// <summary>Path of the ONNX file.</summary>
    /// <param name="paths">Of all files.</param>
    /// <param name="wanted">Path or name of the ONNX file; empty: it is <c>model.onnx</c>, or the only one.</param>
    /// <param name="shown">Where all that is, for people.</param>
    /// <exception cref="ModelLoadException">There is no model, or several.</exception>
    public static string FindModel(IEnumerable<string> paths, string wanted, string shown)
    {
        string[] names = [.. paths.Order(StringComparer.Ordinal)];
        string[] candidates = wanted.Length > 0
            ? [.. names.Where(name => name == wanted || name.EndsWith("/" + wanted, StringComparison.Ordinal))]
            : [.. names.Where(name => name == ModelFiles.Model || name.EndsWith("/" + ModelFiles.Model, StringComparison.Ordinal))];
        if (candidates.Length == 0 && wanted.Length == 0) candidates = [.. names.Where(name => name.EndsWith(Onnx, StringComparison.OrdinalIgnoreCase))];
        if (candidates.Length == 1) return candidates[0];
        string there = names.Length == 0 ? "nothing" : string.Join(", ", names.Take(ShownNames)) + (names.Length > ShownNames ? ", …" : "");
        throw new ModelLoadException(
            ExitCodes.ModelUnavailable,
            candidates.Length == 0
                ? $"{shown} has no {(wanted.Length > 0 ? wanted : "ONNX file")}: it has {there}"
                : $"{shown} has {candidates.Length} such files ({string.Join(", ", candidates.Take(ShownNames))}): name one of them behind a '#'");
    }
}
