using System.Security.Cryptography.X509Certificates;

namespace Canario.Kubernetes;

/// <summary>A bearer token, a client certificate, both, or neither.</summary>
public sealed record Credential(string? Token, X509Certificate2? Certificate)
{
    /// <summary>Keeps the secret out of logs.</summary>
    public override string ToString() => $"Credential(token: {(Token is null ? "no" : "yes")}, certificate: {Certificate?.Subject ?? "no"})";
}
