using Canario.Contract;
using Canario.Training.Data;
using Canario.Training.Learning;
using Canario.Training.Onnx;

namespace Canario.Training.Models;

/// <summary>How heavy a penguin is: a regression with two versions of one contract.</summary>
internal sealed class PenguinMass
{
    public const string Name = "penguin-mass";
    private const string Output = "body_mass_g";

    private readonly PenguinFeatures features = new(PenguinFeatures.BillLength, PenguinFeatures.BillDepth, PenguinFeatures.FlipperLength);
    private readonly IReadOnlyList<Penguin> all;
    private readonly Split<Penguin> split;
    private readonly Scaling scaling;
    private readonly Scaling target;

    public PenguinMass(IReadOnlyList<Penguin> all)
    {
        this.all = all;
        split = Split<Penguin>.Of(all.Where(row => row.BodyMass is not null), seed: 2);
        scaling = Scaling.Of([.. split.Training.Select(features.Measurements)]);
        target = Scaling.Of([.. split.Training.Select(row => new[] { row.BodyMass!.Value })]);
    }

    public IEnumerable<SampleFile> Make(Action<string> report) =>
    [
        .. Version("v1", 1, "Linear regression.", Train(hidden: 0, epochs: 400), report),
        .. Version("v2", 2, "One hidden layer.", Train(hidden: 8, epochs: 400), report),
        SampleFiles.Requests(Name, all.Select(features.Request)),
    ];

    private Network Train(int hidden, int epochs) => new Network(features.Width, hidden, 1, classifies: false, seed: 11).Train(
        [.. split.Training.Select(row => features.Row(row, scaling))],
        [.. split.Training.Select(row => target.Apply([row.BodyMass!.Value]))],
        epochs, rate: 0.02, decay: 1e-3);

    private IEnumerable<SampleFile> Version(string version, int number, string description, Network network, Action<string> report)
    {
        var onnx = new OnnxGraph(Name, number);
        var last = new PenguinGraph(features, scaling, network).Write(onnx);
        onnx.Constant("target_deviation", target.Deviations, 1);
        onnx.Constant("target_mean", target.Means, 1);
        onnx.Node("Mul", "spread", [last, "target_deviation"]);
        onnx.Node("Add", Output, ["spread", "target_mean"]);
        onnx.Output(Output, ElementType.Float, 1);
        var errors = split.HeldOut.Select(row => Predict(network, row) - row.BodyMass!.Value).ToArray();
        report($"{Name}/{version}: mean absolute error {errors.Average(Math.Abs):F0} g on {errors.Length} held-out rows, R² {1 - errors.Sum(e => e * e) / TotalSquares():F3}");
        var metadata = new ModelMetadata
        {
            Name = Name,
            Version = version,
            Description = description,
            Features = features.Schema(),
            Outputs = [new OutputSchema { Name = Output, Tensor = Output, Kind = "value" }],
        };
        var baseline = new ModelBaseline
        {
            Samples = split.Training.Length,
            Features = features.Baseline(split.Training),
            Predictions = [Histograms.WithEdges(Output, MassEdges, split.Training.Select(row => Predict(network, row)))],
        };
        return SampleFiles.OfVersion($"{Name}/{version}", onnx.ToModel(), metadata, baseline);
    }

    // The same for both versions, whatever they predict: only equal bins can be compared.
    private static double[] MassEdges { get; } = [3250, 3500, 3750, 4000, 4250, 4500, 4750, 5000, 5500];

    private double Predict(Network network, Penguin row) => network.Predict(features.Row(row, scaling))[0] * target.Deviations[0] + target.Means[0];

    private double TotalSquares()
    {
        var mean = split.HeldOut.Average(row => row.BodyMass!.Value);
        return split.HeldOut.Sum(row => (row.BodyMass!.Value - mean) * (row.BodyMass!.Value - mean));
    }
}
