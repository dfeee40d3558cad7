using System.Text;
using System.Text.Json;
using Canario.Contract;

namespace Canario.Training.Models;

internal static class SampleFiles
{
    private static readonly ContractJson Indented = new(new JsonSerializerOptions(ContractJson.Default.Options) { WriteIndented = true, NewLine = "\n" });

    public static IEnumerable<SampleFile> OfVersion(string directory, byte[] model, ModelMetadata metadata, ModelBaseline baseline) =>
    [
        new($"{directory}/{ModelFiles.Model}", model),
        new($"{directory}/{ModelFiles.Metadata}", Text(JsonSerializer.Serialize(metadata, Indented.ModelMetadata))),
        new($"{directory}/{ModelFiles.Baseline}", Text(JsonSerializer.Serialize(baseline, Indented.ModelBaseline))),
    ];

    public static SampleFile Requests(string directory, IEnumerable<string> bodies) => new($"{directory}/requests.jsonl", Text(string.Join('\n', bodies)));

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + "\n");
}
