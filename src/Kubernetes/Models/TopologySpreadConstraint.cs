namespace Canario.Kubernetes.Models;

/// <summary>Spreads pods over zones or nodes.</summary>
public sealed record TopologySpreadConstraint
{
    public int? MaxSkew { get; set; }
    public string? TopologyKey { get; set; }
    public string? WhenUnsatisfiable { get; set; }
    public LabelSelector? LabelSelector { get; set; }
}
