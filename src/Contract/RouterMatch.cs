namespace Canario.Contract;

/// <summary>Sends requests with a certain header to one revision.</summary>
public sealed record RouterMatch
{
    public required string Header { get; init; }
    /// <summary>Exact value.</summary>
    public required string Value { get; init; }
    public required string Revision { get; init; }
}
