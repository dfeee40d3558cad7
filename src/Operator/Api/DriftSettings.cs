using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record DriftSettings
{
    [Schema("The revision that serves is compared with its training baseline, where it has one.")]
    public bool Enabled { get; set; } = true;

    [Schema("Between two looks. From 1s to 24h.", Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    public string Interval { get; set; } = "5m";

    [Schema("How far back a look counts, from interval to 168h.", Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    public string Window { get; set; } = "1h";

    [Schema("Values in the window below which a feature or output is not judged.", Minimum = 1, Maximum = 1_000_000_000)]
    public long MinSamples { get; set; } = 500;

    [Schema("Consecutive looks that confirm drift, and that end it.", Minimum = 1, Maximum = 20)]
    public int Looks { get; set; } = 3;

    [Schema("Bounds of features.")]
    public DriftBoundSettings Features { get; set; } = new();

    [Schema("Bounds of outputs.")]
    public DriftBoundSettings Predictions { get; set; } = new();

    [Schema("Least share of predictions that must be right, where feedback tells. Default: not judged.", Minimum = 0.001, Maximum = 1)]
    public double? MinAccuracy { get; set; }

    [Schema("Features and outputs that are not watched.", MaxItems = Limits.Features, Set = true)]
    public IReadOnlyList<string>? Ignore { get; set; }
}
