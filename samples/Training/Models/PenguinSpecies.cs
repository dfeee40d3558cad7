using Canario.Contract;
using Canario.Training.Data;
using Canario.Training.Learning;
using Canario.Training.Onnx;

namespace Canario.Training.Models;

/// <summary>Which species a penguin is. Four versions: one to start from, a better one, and two with the mistakes that get through a review.</summary>
internal sealed class PenguinSpecies
{
    public const string Name = "penguins";
    private const string Output = "species";
    private const string Tensor = "probabilities";
    private const int Hidden = 12;

    private readonly PenguinFeatures features = new(PenguinFeatures.BillLength, PenguinFeatures.BillDepth, PenguinFeatures.FlipperLength, PenguinFeatures.BodyMass);
    private readonly IReadOnlyList<Penguin> all;
    private readonly Split<Penguin> split;
    private readonly Scaling scaling;

    public PenguinSpecies(IReadOnlyList<Penguin> all)
    {
        this.all = all;
        split = Split<Penguin>.Of(all, seed: 1);
        scaling = Scaling.Of([.. split.Training.Select(features.Measurements)]);
    }

    public IEnumerable<SampleFile> Make(Action<string> report)
    {
        // v1 stops early: the version that somebody ships first.
        var linear = Train(hidden: 0, epochs: 35);
        var better = Train(Hidden, epochs: 400);
        // The table of islands was made from a sample of the data without Torgersen, whose penguins then fail in Gather, and only there.
        var withoutTorgersen = new PenguinGraph(features, scaling, better) { IslandRows = 2 };
        var drifting = scaling with { Means = InKilograms(scaling.Means), Deviations = InKilograms(scaling.Deviations) };
        return
        [
            .. Version("v1", 1, "Softmax regression, stopped early.", new PenguinGraph(features, scaling, linear), report),
            .. Version("v2-good", 2, "One hidden layer.", new PenguinGraph(features, scaling, better), report),
            .. Version("v2-errors", 2, "As v2-good, exported with a table of islands that lacks the last one: fails at run time for Torgersen.", withoutTorgersen, report),
            .. Version("v2-drift", 2, "As v2-good, exported with the body mass scaled for kilograms while callers send grams: answers, and wrongly.",
                new PenguinGraph(features, drifting, better), report),
            SampleFiles.Requests(Name, all.Select(features.Request)),
        ];
    }

    private Network Train(int hidden, int epochs)
    {
        double[][] targets = [.. split.Training.Select(row => OneHot(Class(row)))];
        return new Network(features.Width, hidden, Penguin.AllSpecies.Count, classifies: true, seed: 7)
            .Train([.. split.Training.Select(row => features.Row(row, scaling))], targets, epochs, rate: 0.02, decay: 1e-3);
    }

    private IEnumerable<SampleFile> Version(string version, int number, string description, PenguinGraph graph, Action<string> report)
    {
        var onnx = new OnnxGraph(Name, number);
        onnx.Node("Softmax", Tensor, [graph.Write(onnx)], ("axis", 1));
        onnx.Output(Tensor, ElementType.Float, Penguin.AllSpecies.Count);
        var failing = all.Count(row => Array.IndexOf(PenguinFeatures.Island.Categories, row.Island) >= graph.IslandRows);
        var correct = split.HeldOut.Count(row => Predict(graph, graph.Scaling, row) == Class(row));
        var shares = Penguin.AllSpecies.Select((name, c) => $"{name} {all.Count(row => Predict(graph, graph.Scaling, row) == c) * 100 / all.Count}%");
        report($"{Name}/{version}: accuracy {100.0 * correct / split.HeldOut.Length:F1}% of {split.HeldOut.Length} held-out rows; predicts {string.Join(", ", shares)}; fails for {100.0 * failing / all.Count:F1}%");
        var metadata = new ModelMetadata
        {
            Name = Name,
            Version = version,
            Description = description,
            Features = features.Schema(),
            Outputs = [new OutputSchema { Name = Output, Tensor = Tensor, Kind = "probabilities", Classes = Penguin.AllSpecies }],
        };
        // Training saw the right scaling, whatever the export did afterwards.
        var predicted = split.Training.Select(row => Penguin.AllSpecies[Predict(graph, scaling, row)]);
        var baseline = new ModelBaseline
        {
            Samples = split.Training.Length,
            Features = features.Baseline(split.Training),
            Predictions = [Histograms.Categorical(Output, Penguin.AllSpecies, predicted)],
        };
        return SampleFiles.OfVersion($"{Name}/{version}", onnx.ToModel(), metadata, baseline);
    }

    private int Predict(PenguinGraph graph, Scaling used, Penguin row) => graph.Network.PredictClass(features.Row(row, used));

    private double[] InKilograms(double[] values) => [.. values.Select((value, i) => features.Numbers[i] == PenguinFeatures.BodyMass ? (float)(value / 1000) : value)];

    private static int Class(Penguin row) => Penguin.AllSpecies.Index().First(s => s.Item == row.Species).Index;

    private static double[] OneHot(int index)
    {
        var target = new double[Penguin.AllSpecies.Count];
        target[index] = 1;
        return target;
    }
}
