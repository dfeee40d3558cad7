namespace Canario.Kubernetes.Configuration;

/// <summary>The credential and until when it holds.</summary>
internal sealed record ExecCredentialStatus
{
    public string? Token { get; set; }
    public string? ClientCertificateData { get; set; }
    public string? ClientKeyData { get; set; }
    public DateTimeOffset? ExpirationTimestamp { get; set; }

    /// <summary>Keeps the secret out of logs.</summary>
    public override string ToString() => $"ExecCredentialStatus(expires {ExpirationTimestamp:O})";
}
