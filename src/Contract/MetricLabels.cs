namespace Canario.Contract;

/// <summary>Label names of <see cref="MetricNames"/>. <c>model_namespace</c>, because a scraper sets <c>namespace</c> itself.</summary>
public static class MetricLabels
{
    public const string Namespace = "model_namespace";
    public const string Model = "model";
    public const string Revision = "revision";
    /// <summary>The revision whose answer the user got, beside <see cref="Revision"/>'s to a copy.</summary>
    public const string Stable = "stable";
    /// <summary>A part of the requests, <c>feature=category</c>; see <see cref="Slices"/>.</summary>
    public const string Slice = "slice";
    public const string Code = "code";
    public const string Protocol = "protocol";
    public const string Feature = "feature";
    public const string Output = "output";
    /// <summary>What became of a piece of feedback (<c>matched</c>, <c>unknown</c>, <c>late</c>, <c>duplicate</c> or <c>invalid</c>), or of a pair of answers (<see cref="ShadowOutcomes"/>).</summary>
    public const string Outcome = "outcome";
    /// <summary><c>true</c> or <c>false</c>.</summary>
    public const string Correct = "correct";
    /// <summary>The class that really was.</summary>
    public const string Actual = "actual";
    /// <summary>The class that was predicted.</summary>
    public const string Predicted = "predicted";

    /// <summary>A numeric bin is named by its upper edge in invariant round-trip form, the last one <c>+Inf</c>; a categorical bin by its category; see <see cref="Bins"/> for the others.</summary>
    public const string Bin = "bin";
}
