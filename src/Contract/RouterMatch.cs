namespace Canario.Contract;

/// <summary>Sends requests with a certain header or cookie to one revision.</summary>
public sealed record RouterMatch
{
    /// <summary>Null: it goes by <see cref="Cookie"/>. One of the two is there.</summary>
    public string? Header { get; init; }

    /// <summary>Name of a cookie, as it is written. Null: it goes by <see cref="Header"/>.</summary>
    public string? Cookie { get; init; }

    /// <summary>Exact value.</summary>
    public required string Value { get; init; }
    public required string Revision { get; init; }
}
