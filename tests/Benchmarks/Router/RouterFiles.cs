using System.Text.Json;
using Canario.Contract;

namespace Canario.Benchmarks.Router;

/// <summary>A router's configuration in a directory.</summary>
internal sealed class RouterFiles(string directory, int port)
{
    public const string Model = "m";
    public const string Stable = "m-stable";
    public const string Candidate = "m-candidate";
    private int _version;

    /// <param name="mirror">Percent of the requests that is copied to the candidate.</param>
    public static RouterConfiguration Configuration(int port, int stableWeight, string version, int mirror = 0) => new()
    {
        Mirror = mirror == 0 ? null : new RouterMirror { Revision = Candidate, Percent = mirror },
        Version = version,
        Namespace = "default",
        Model = Model,
        Port = port,
        Backends =
        [
            new RouterBackend { Revision = Stable, Service = Stable, Weight = stableWeight },
            new RouterBackend { Revision = Candidate, Service = Candidate, Weight = 100 - stableWeight },
        ],
    };

    public void WriteEndpoints(int stable, int candidate) => Write(
        "endpoints.json",
        $$$"""{"services":{"{{{Stable}}}":[{"address":"127.0.0.1","httpPort":{{{stable}}}}],"{{{Candidate}}}":[{"address":"127.0.0.1","httpPort":{{{candidate}}}}]}}""");

    /// <returns>The version that the router will acknowledge.</returns>
    public string WriteSplit(int stableWeight, int mirror = 0)
    {
        string version = $"v{++_version}";
        Write("model.json", JsonSerializer.Serialize(Configuration(port, stableWeight, version, mirror), ContractJson.Default.RouterConfiguration));
        return version;
    }

    // Whole or not at all: the router may look at any moment.
    private void Write(string name, string text)
    {
        string path = Path.Combine(directory, name);
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
