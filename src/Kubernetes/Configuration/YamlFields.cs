using System.Text;
using YamlDotNet.RepresentationModel;

namespace Canario.Kubernetes.Configuration;

/// <summary>A mapping of a kubeconfig, which file it is from, and the directory that its relative paths start at.</summary>
internal sealed class YamlFields(YamlMappingNode node, string where, string directory)
{
    // A bundle of every public authority has a quarter of a megabyte.
    private const int LargestFile = 4 << 20;

    public string Where => where;

    public string? Text(string name) => node.Children.TryGetValue(name, out var value) && value is YamlScalarNode scalar ? scalar.Value : null;

    public string RequireText(string name) => Text(name) is { Length: > 0 } text ? text : throw new ConfigurationException($"{where}: {name} is missing.");

    public YamlFields? Fields(string name) =>
        node.Children.TryGetValue(name, out var value) && value is YamlMappingNode mapping ? new YamlFields(mapping, $"{where}: {name}", directory) : null;

    public IEnumerable<YamlFields> List(string name) =>
        node.Children.TryGetValue(name, out var value) && value is YamlSequenceNode items
            ? items.Children.OfType<YamlMappingNode>().Select(item => new YamlFields(item, $"{where}: {name}", directory))
            : [];

    public IReadOnlyList<string> Texts(string name) =>
        node.Children.TryGetValue(name, out var value) && value is YamlSequenceNode items ? [.. items.Children.OfType<YamlScalarNode>().Select(item => item.Value ?? "")] : [];

    public string Resolve(string path) => Path.GetFullPath(path, directory);

    /// <summary>True when <see cref="TextOrFile"/> would read a file.</summary>
    public bool HasFile(string name) => Text(name + "-data") is not { Length: > 0 } && Text(name) is { Length: > 0 };

    /// <summary>Base64 text in the one field, or the content of the file that the other names.</summary>
    public string? TextOrFile(string dataName, string fileName)
    {
        if (Text(dataName) is { Length: > 0 } data)
        {
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(data));
            }
            catch (FormatException e)
            {
                throw new ConfigurationException($"{where}: {dataName} is not base64.", e);
            }
        }
        if (Text(fileName) is not { Length: > 0 } path)
        {
            return null;
        }
        try
        {
            path = Resolve(path);
            var length = new FileInfo(path).Length;
            return length <= LargestFile
                ? File.ReadAllText(path)
                : throw new ConfigurationException($"{where}: {fileName}: {path} has {length} bytes; at most {LargestFile} are allowed.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{where}: {fileName}: {e.Message}", e);
        }
    }
}
