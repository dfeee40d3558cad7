using Canario.Contract;
using Canario.Operator.Contracts;

namespace Canario.Operator.Tests.Contracts;

public sealed class ContractDifferencesTests
{
    private static readonly ModelContract s_stable = new()
    {
        Inputs = [new TensorContract("x", "FP32", [-1, 4]), new TensorContract("mask", "BOOL", [-1])],
        Outputs = [new TensorContract("probabilities", "FP32", [-1, 3]), new TensorContract("label", "INT64", [-1])],
        Features =
        [
            new FeatureSchema { Name = "length", Type = "number", Tensor = "x", Minimum = 0, Maximum = 100 },
            new FeatureSchema { Name = "count", Type = "integer", Tensor = "x" },
            new FeatureSchema { Name = "island", Type = "category", Tensor = "x", Categories = ["Biscoe", "Dream"] },
            new FeatureSchema { Name = "year", Type = "integer", Tensor = "x", Default = System.Text.Json.JsonDocument.Parse("2008").RootElement },
        ],
        Predictions = [new OutputSchema { Name = "species", Tensor = "probabilities", Kind = "probabilities", Classes = ["Adelie", "Chinstrap", "Gentoo"] }],
    };

    /// <summary>How the candidate differs, and what is said of it; empty: nothing, callers can do with it.</summary>
    public static TheoryData<string, string> Cases { get; } = new()
    {
        { "nothing", "" },
        { "input gone", "input 'mask' is gone" },
        { "input added", "input 'y' is new and must be sent" },
        { "input of another type", "input 'x' is FP64, was FP32" },
        { "input of another length", "input 'x' has shape [-1,5], was [-1,4]" },
        { "input of one row", "input 'x' has shape [1,4], was [-1,4]" },
        { "input of any length", "" },
        { "input of another rank", "input 'x' has shape [-1,4,1], was [-1,4]" },
        { "output gone", "output 'label' is gone" },
        { "output added", "" },
        { "output of another type", "output 'label' is INT32, was INT64" },
        { "output of another length", "output 'probabilities' has shape [-1,4], was [-1,3]" },
        { "output of any length", "" },
        { "output of one row", "" },
        { "feature gone", "feature 'count' is gone" },
        { "feature required", "feature 'age' is new and required" },
        { "feature with a default", "" },
        { "feature that lost its default", "feature 'year' is required by now" },
        { "feature of another type", "feature 'island' is 'number', was 'category'" },
        { "feature of a wider type", "" },
        { "feature of a narrower type", "feature 'length' is 'integer', was 'number'" },
        { "higher minimum", "feature 'length' must be at least 1, was 0" },
        { "new minimum", "feature 'count' must be at least 1, was unbounded" },
        { "lower maximum", "feature 'length' must be at most 50.5, was 100" },
        { "wider range", "" },
        { "category gone", "feature 'island' no longer takes 'Dream'" },
        { "category added", "" },
        { "prediction gone", "prediction 'species' is gone" },
        { "prediction of another kind", "prediction 'species' is 'label', was 'probabilities'" },
        { "class added", "prediction 'species' has classes 'Adelie', 'Chinstrap', 'Gentoo', 'King', had 'Adelie', 'Chinstrap', 'Gentoo'" },
        { "classes in another order", "prediction 'species' has classes 'Gentoo', 'Chinstrap', 'Adelie', had 'Adelie', 'Chinstrap', 'Gentoo'" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_callers_would_meet_is_named(string change, string said) =>
        Assert.Equal(said.Length == 0 ? null : said, ContractDifferences.Describe(s_stable, Change(change)));

    [Fact]
    public void Many_differences_and_long_names_stay_short()
    {
        var other = new ModelContract { Features = [.. Enumerable.Range(0, 40).Select(i => new FeatureSchema { Name = new string('f', 500) + i, Type = "number", Tensor = "x" })] };

        var said = ContractDifferences.Describe(new ModelContract(), other)!;

        Assert.EndsWith("; and 35 more", said, StringComparison.Ordinal);
        Assert.InRange(said.Length, 1, 600);
    }

    [Fact]
    public void Names_that_come_twice_break_nothing()
    {
        var twice = new ModelContract { Inputs = [s_stable.Inputs[0], s_stable.Inputs[0]] };

        Assert.Null(ContractDifferences.Describe(twice, twice));
    }

    private static ModelContract Change(string change) => change switch
    {
        "nothing" => s_stable,
        "input gone" => s_stable with { Inputs = [s_stable.Inputs[0]] },
        "input added" => s_stable with { Inputs = [.. s_stable.Inputs, new TensorContract("y", "FP32", [1])] },
        "input of another type" => Input(t => t with { Datatype = "FP64" }),
        "input of another length" => Input(t => t with { Shape = [-1, 5] }),
        "input of one row" => Input(t => t with { Shape = [1, 4] }),
        "input of any length" => Input(t => t with { Shape = [-1, -1] }),
        "input of another rank" => Input(t => t with { Shape = [-1, 4, 1] }),
        "output gone" => s_stable with { Outputs = [s_stable.Outputs[0]] },
        "output added" => s_stable with { Outputs = [.. s_stable.Outputs, new TensorContract("score", "FP32", [-1])] },
        "output of another type" => s_stable with { Outputs = [s_stable.Outputs[0], s_stable.Outputs[1] with { Datatype = "INT32" }] },
        "output of another length" => Output([-1, 4]),
        "output of any length" => Output([-1, -1]),
        "output of one row" => Output([1, 3]),
        "feature gone" => s_stable with { Features = [.. s_stable.Features.Where(f => f.Name != "count")] },
        "feature required" => s_stable with { Features = [.. s_stable.Features, new FeatureSchema { Name = "age", Type = "number", Tensor = "x" }] },
        "feature with a default" => s_stable with { Features = [.. s_stable.Features, s_stable.Features[3] with { Name = "month" }] },
        "feature that lost its default" => Feature("year", f => f with { Default = null }),
        "feature of another type" => Feature("island", f => f with { Type = "number", Categories = [] }),
        "feature of a wider type" => Feature("count", f => f with { Type = "number" }),
        "feature of a narrower type" => Feature("length", f => f with { Type = "integer" }),
        "higher minimum" => Feature("length", f => f with { Minimum = 1 }),
        "new minimum" => Feature("count", f => f with { Minimum = 1 }),
        "lower maximum" => Feature("length", f => f with { Maximum = 50.5 }),
        "wider range" => Feature("length", f => f with { Minimum = -1, Maximum = null }),
        "category gone" => Feature("island", f => f with { Categories = ["Biscoe"] }),
        "category added" => Feature("island", f => f with { Categories = ["Biscoe", "Dream", "Torgersen"] }),
        "prediction gone" => s_stable with { Predictions = [] },
        "prediction of another kind" => Prediction(p => p with { Kind = "label" }),
        "class added" => Prediction(p => p with { Classes = [.. p.Classes, "King"] }),
        "classes in another order" => Prediction(p => p with { Classes = [.. p.Classes.Reverse()] }),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "no such change"),
    };

    private static ModelContract Input(Func<TensorContract, TensorContract> change) => s_stable with { Inputs = [change(s_stable.Inputs[0]), s_stable.Inputs[1]] };

    private static ModelContract Output(IReadOnlyList<long> shape) => s_stable with { Outputs = [s_stable.Outputs[0] with { Shape = shape }, s_stable.Outputs[1]] };

    private static ModelContract Feature(string name, Func<FeatureSchema, FeatureSchema> change) => s_stable with { Features = [.. s_stable.Features.Select(f => f.Name == name ? change(f) : f)] };

    private static ModelContract Prediction(Func<OutputSchema, OutputSchema> change) => s_stable with { Predictions = [change(s_stable.Predictions[0])] };
}
