namespace Canario.Kubernetes.Models;

/// <summary>The file that a key becomes.</summary>
public sealed record KeyToPath
{
    public string? Key { get; set; }
    public string? Path { get; set; }
    public int? Mode { get; set; }
}
