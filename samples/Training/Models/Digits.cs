using System.Globalization;
using Canario.Contract;
using Canario.Training.Data;
using Canario.Training.Learning;
using Canario.Training.Onnx;

namespace Canario.Training.Models;

/// <summary>Handwritten digits, asked with a tensor by the Open Inference Protocol V2: a model without named features.</summary>
internal sealed class Digits(IReadOnlyList<Digit> all)
{
    public const string Name = "digits";
    private const string Input = "pixels";
    private const string Tensor = "probabilities";
    private const double Brightest = 16;
    private const int RequestCount = 100;
    private static readonly string[] Classes = [.. Enumerable.Range(0, 10).Select(digit => digit.ToString(CultureInfo.InvariantCulture))];

    public IEnumerable<SampleFile> Make(Action<string> report)
    {
        var split = Split<Digit>.Of(all, seed: 3);
        var network = new Network(Digit.PixelCount, 0, Classes.Length, classifies: true, seed: 13).Train(
            [.. split.Training.Select(Row)],
            [.. split.Training.Select(digit => Enumerable.Range(0, Classes.Length).Select(c => c == digit.Label ? 1.0 : 0.0).ToArray())],
            epochs: 150, rate: 0.05, decay: 1e-4);
        var correct = split.HeldOut.Count(digit => network.PredictClass(Row(digit)) == digit.Label);
        report($"{Name}/v1: accuracy {100.0 * correct / split.HeldOut.Length:F1}% of {split.HeldOut.Length} held-out rows");
        var metadata = new ModelMetadata
        {
            Name = Name,
            Version = "v1",
            Description = "Softmax regression over 8×8 pixels of 0 to 16.",
            Outputs = [new OutputSchema { Name = "digit", Tensor = Tensor, Kind = "probabilities", Classes = Classes }],
        };
        var baseline = new ModelBaseline
        {
            Samples = split.Training.Length,
            Predictions = [Histograms.Categorical("digit", Classes, split.Training.Select(digit => Classes[network.PredictClass(Row(digit))]))],
        };
        return
        [
            .. SampleFiles.OfVersion($"{Name}/v1", Graph(network.Layers[0]), metadata, baseline),
            SampleFiles.Requests(Name, split.HeldOut.Take(RequestCount).Select(Request)),
        ];
    }

    private static byte[] Graph(Layer layer)
    {
        var onnx = new OnnxGraph(Name, 1);
        onnx.Input(Input, ElementType.Float, Digit.PixelCount);
        onnx.Constant("brightest", [Brightest], 1);
        onnx.Constant("weights", layer.Weights, layer.Inputs, layer.Outputs);
        onnx.Constant("biases", layer.Biases, layer.Outputs);
        onnx.Node("Div", "scaled", [Input, "brightest"]);
        onnx.Node("Gemm", "scores", ["scaled", "weights", "biases"]);
        onnx.Node("Softmax", Tensor, ["scores"], ("axis", 1));
        onnx.Output(Tensor, ElementType.Float, Classes.Length);
        return onnx.ToModel();
    }

    private static double[] Row(Digit digit) => [.. digit.Pixels.Select(pixel => pixel / Brightest)];

    private static string Request(Digit digit) =>
        $$"""{"inputs":[{"name":"{{Input}}","shape":[1,{{Digit.PixelCount}}],"datatype":"FP32","data":[{{string.Join(',', digit.Pixels)}}]}]}""";
}
