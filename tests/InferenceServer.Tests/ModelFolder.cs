using Canario.Contract;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

/// <summary>A folder with a model and the files beside it, gone after the test.</summary>
internal sealed class ModelFolder : IDisposable
{
    public const string Metadata = """
        {"name":"m","features":[
          {"name":"age","type":"number","tensor":"input","column":0,"minimum":0,"maximum":120},
          {"name":"visits","type":"integer","tensor":"input","column":1,"default":2},
          {"name":"colour","type":"category","tensor":"input","column":2,"encoding":"index","categories":["red","green"]},
          {"name":"income","type":"number","tensor":"input","column":3,"maximum":1000,"sensitive":true}],
         "outputs":[{"name":"species","tensor":"probabilities","kind":"probabilities","classes":["a","b","c"]}]}
        """;

    public const string Baseline = """
        {"samples":10,"features":[
          {"name":"age","edges":[20,40],"counts":[1,2,7]},
          {"name":"visits","edges":[5],"counts":[9,1]},
          {"name":"colour","categories":["red","green"],"counts":[6,4]}],
         "predictions":[{"name":"species","categories":["a","b","c"],"counts":[3,3,4]}]}
        """;

    public const string Row = """{"age":30,"visits":1,"colour":"green","income":5}""";

    public ModelFolder(byte[] model, string? metadata = null, string? baseline = null)
    {
        File.WriteAllBytes(System.IO.Path.Combine(Path, ModelFiles.Model), model);
        if (metadata is not null) File.WriteAllText(System.IO.Path.Combine(Path, ModelFiles.Metadata), metadata);
        if (baseline is not null) File.WriteAllText(System.IO.Path.Combine(Path, ModelFiles.Baseline), baseline);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("canario-server-").FullName;

    public static ModelFolder WithFeatures() => new(Samples.Mlp(4, 8, 3), Metadata, Baseline);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
