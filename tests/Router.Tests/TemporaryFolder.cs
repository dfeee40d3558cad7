namespace Canario.Router.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("canario-router-").FullName;

    /// <summary>Whole or not at all: a reader may look at any moment.</summary>
    public void Write(string name, string text)
    {
        string path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
