using System.Text.Json;
using Canario.Contract;

namespace Canario.Training.Tests;

public sealed class SampleFilesTests
{
    private static readonly string Samples = SampleSet.Find(AppContext.BaseDirectory);

    [Fact]
    public void Training_again_gives_the_committed_files_byte_for_byte()
    {
        var error = new StringWriter();
        Assert.True(TrainingCommand.Run(["--check", "--samples", Samples], TextWriter.Null, error) == 0, error.ToString());
    }

    [Fact]
    public void A_changed_model_does_not_pass_the_check()
    {
        var copy = Directory.CreateTempSubdirectory("canario-samples-");
        try
        {
            Directory.CreateDirectory(Path.Combine(copy.FullName, "data"));
            foreach (var file in (string[])["penguins.csv", "digits.csv.gz"])
                File.Copy(Path.Combine(Samples, "data", file), Path.Combine(copy.FullName, "data", file));
            Assert.Equal(0, TrainingCommand.Run(["--samples", copy.FullName], TextWriter.Null, TextWriter.Null));
            Assert.Equal(0, TrainingCommand.Run(["--check", "--samples", copy.FullName], TextWriter.Null, TextWriter.Null));
            var model = Path.Combine(copy.FullName, "penguins", "v1", ModelFiles.Model);
            var bytes = File.ReadAllBytes(model);
            bytes[^20] ^= 1;
            File.WriteAllBytes(model, bytes);
            var error = new StringWriter();
            Assert.Equal(1, TrainingCommand.Run(["--check", "--samples", copy.FullName], TextWriter.Null, error));
            Assert.Contains("penguins/v1/model.onnx", error.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("penguins", "v1", "v2-good", "v2-errors", "v2-drift")]
    [InlineData("penguin-mass", "v1", "v2")]
    public void Versions_of_a_model_share_their_features_and_bins(string model, params string[] versions)
    {
        var first = (Metadata: Metadata(model, versions[0]), Baseline: Baseline(model, versions[0]));
        foreach (var version in versions[1..])
        {
            var (metadata, baseline) = (Metadata(model, version), Baseline(model, version));
            Assert.Equal(Text(first.Metadata.Features), Text(metadata.Features));
            Assert.Equal(first.Baseline.Features.Select(Bins), baseline.Features.Select(Bins));
            Assert.Equal(first.Baseline.Predictions.Select(Bins), baseline.Predictions.Select(Bins));
        }

        static string Bins(BaselineHistogram histogram) => $"{histogram.Name}: {string.Join(' ', histogram.Edges)} {string.Join(' ', histogram.Categories)}";
        static string Text(IEnumerable<FeatureSchema> features) => string.Join('\n', features.Select(f => $"{f.Name} {f.Type} {f.Tensor} {f.Column} {f.Default} {string.Join(' ', f.Categories)}"));
    }

    [Theory]
    [InlineData("penguins", "v1")]
    [InlineData("penguin-mass", "v2")]
    [InlineData("digits", "v1")]
    public void Counts_of_each_histogram_add_up_to_the_rows_of_training(string model, string version)
    {
        var baseline = Baseline(model, version);
        Assert.NotEmpty(baseline.Predictions);
        foreach (var histogram in baseline.Features.Concat(baseline.Predictions))
        {
            Assert.Equal(baseline.Samples, histogram.Counts.Sum() + histogram.Missing);
            Assert.Equal(histogram.Categories.Count > 0 ? histogram.Categories.Count : histogram.Edges.Count + 1, histogram.Counts.Count);
        }
    }

    private static ModelMetadata Metadata(string model, string version) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(Samples, model, version, ModelFiles.Metadata)), ContractJson.Default.ModelMetadata)!;

    private static ModelBaseline Baseline(string model, string version) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(Samples, model, version, ModelFiles.Baseline)), ContractJson.Default.ModelBaseline)!;
}
