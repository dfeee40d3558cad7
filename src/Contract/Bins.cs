namespace Canario.Contract;

/// <summary>Names of the bins that are neither a numeric edge nor a category.</summary>
public static class Bins
{
    /// <summary>Above the last finite edge.</summary>
    public const string Infinity = "+Inf";

    /// <summary>No value was sent, or NaN.</summary>
    public const string Missing = "__missing__";

    /// <summary>A category that training did not see.</summary>
    public const string Other = "__other__";
}
