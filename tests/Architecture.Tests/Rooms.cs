using System.Xml.Linq;

namespace Canario.Architecture.Tests;

/// <summary>The rooms under <c>src</c> as their project files describe them.</summary>
internal static class Rooms
{
    public static string Root { get; } = FindRoot();

    /// <summary>Room name to the rooms that it references.</summary>
    public static IReadOnlyDictionary<string, string[]> References { get; } =
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(
                file => Path.GetFileNameWithoutExtension(file),
                file => XDocument.Load(file).Descendants("ProjectReference")
                    .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
                    .Order(StringComparer.Ordinal)
                    .ToArray());

    public static IEnumerable<string> SourceFiles(string room) =>
        Directory.EnumerateFiles(Path.Combine(Root, "src", room), "*.cs", SearchOption.AllDirectories);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Operator.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("Operator.sln stands in no parent of the test's folder.");
    }
}
