namespace Canario.Contract;

/// <summary>Counts of one variable. Numeric: <c>Edges</c> ascending, <c>Counts.Count == Edges.Count + 1</c>, bin i holds Edges[i-1] &lt; x ≤ Edges[i]. Categorical: one count a category.</summary>
public sealed record BaselineHistogram
{
    public required string Name { get; init; }
    public IReadOnlyList<double> Edges { get; set; } = [];
    public IReadOnlyList<string> Categories { get; set; } = [];
    public required IReadOnlyList<long> Counts { get; init; }
    public long Missing { get; init; }
}
