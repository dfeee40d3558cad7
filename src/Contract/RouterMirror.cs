namespace Canario.Contract;

/// <summary>Copies of inference requests for one revision. Its answers are compared with those that users got, and thrown away.</summary>
public sealed record RouterMirror
{
    /// <summary>One of the backends.</summary>
    public required string Revision { get; init; }
    /// <summary>Share of the other backends' inference requests that is copied to it, 1 to 100.</summary>
    public required int Percent { get; init; }
}
