namespace Canario.Kubernetes.Models;

/// <summary>A command that must exit with 0.</summary>
public sealed record ExecAction
{
    public IReadOnlyList<string>? Command { get; set; }
}
