namespace Canario.Kubernetes.Configuration;

/// <summary>What a plug-in prints.</summary>
internal sealed record ExecCredential
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public ExecCredentialStatus? Status { get; set; }
}
