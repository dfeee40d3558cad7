namespace Canario.InferenceServer.Json;

/// <summary>A JSON number taken apart: value = ±<see cref="Mantissa"/> × 10^<see cref="Exponent"/>, exactly unless <see cref="Truncated"/>.</summary>
internal readonly struct ScannedNumber(ulong mantissa, int exponent, int length, bool negative, bool truncated, bool whole)
{
    /// <summary>The first 19 significant digits.</summary>
    public ulong Mantissa { get; } = mantissa;
    public int Exponent { get; } = exponent;
    /// <summary>Bytes of the number in the text.</summary>
    public int Length { get; } = length;
    public bool Negative { get; } = negative;
    /// <summary>There were digits after the nineteenth.</summary>
    public bool Truncated { get; } = truncated;
    /// <summary>Written without fraction and exponent.</summary>
    public bool Whole { get; } = whole;
}
