using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.Training.Data;
using Canario.Training.Learning;

namespace Canario.Training.Models;

/// <summary>What a penguin model is asked with, and how that becomes a row of numbers. The ONNX graph does the same steps, so that callers send plain measurements.</summary>
internal sealed class PenguinFeatures(params NumberColumn[] numbers)
{
    public const string NumberTensor = "measurements";
    public const string CategoryTensor = "categories";

    public static NumberColumn BillLength { get; } = new("bill_length_mm", "Length of the bill along its upper ridge.", 20, 80, 44.45, p => p.BillLength);
    public static NumberColumn BillDepth { get; } = new("bill_depth_mm", "Depth of the bill.", 8, 30, 17.3, p => p.BillDepth);
    public static NumberColumn FlipperLength { get; } = new("flipper_length_mm", "Length of the flipper.", 120, 280, 197, p => p.FlipperLength);
    public static NumberColumn BodyMass { get; } = new("body_mass_g", "Body mass in grams.", 1500, 9000, 4050, p => p.BodyMass);

    public static CategoryColumn Island { get; } = new(
        "island", "Island of the Palmer Archipelago.", ["Biscoe", "Dream", "Torgersen"], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], null, p => p.Island);

    public static CategoryColumn Sex { get; } = new(
        "sex", "Not sent where it was not determined.", ["female", "male", "unknown"], [[1, 0], [0, 1], [0.5, 0.5]], "unknown", p => p.Sex);

    public NumberColumn[] Numbers => numbers;
    public CategoryColumn[] Categories { get; } = [Island, Sex];
    public int Width => numbers.Length + Categories.Sum(c => c.Width);

    public double[] Measurements(Penguin row) => [.. numbers.Select(n => n.Read(row) ?? n.Default)];

    /// <summary>The network's input: scaled measurements, then the codes of the categories.</summary>
    public double[] Row(Penguin row, Scaling scaling) => [.. scaling.Apply(Measurements(row)), .. Categories.SelectMany(c => c.Encode(row))];

    public IReadOnlyList<FeatureSchema> Schema() =>
    [
        .. numbers.Select((n, i) => new FeatureSchema
        {
            Name = n.Name, Type = "number", Tensor = NumberTensor, Column = i, Description = n.Description,
            Minimum = n.Minimum, Maximum = n.Maximum, Default = Element(JsonValue.Create(n.Default)),
        }),
        .. Categories.Select((c, i) => new FeatureSchema
        {
            Name = c.Name, Type = "category", Tensor = CategoryTensor, Column = i, Description = c.Description, Encoding = "index",
            Categories = c.Categories, Default = c.Default is null ? null : Element(JsonValue.Create(c.Default)),
            // A version that is right on the whole may be wrong for one island.
            Slice = c == Island,
        }),
    ];

    public IReadOnlyList<BaselineHistogram> Baseline(Penguin[] rows) =>
    [
        .. numbers.Select(n => Histograms.Numeric(n.Name, rows.Select(n.Read))),
        .. Categories.Select(c => Histograms.Categorical(c.Name, c.Categories, rows.Select(c.Read))),
    ];

    /// <summary>The body of a /predict request: what was not measured is not sent.</summary>
    public string Request(Penguin row)
    {
        var body = new JsonObject();
        foreach (var number in numbers)
        {
            if (number.Read(row) is { } value)
                body[number.Name] = value;
        }
        foreach (var category in Categories)
        {
            if (category.Read(row) is { } value)
                body[category.Name] = value;
        }
        return body.ToJsonString();
    }

    private static JsonElement Element(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString());
        return document.RootElement.Clone();
    }
}
