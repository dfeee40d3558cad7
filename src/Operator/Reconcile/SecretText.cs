using System.Text;
using Canario.Kubernetes;
using Canario.Operator.Api;

namespace Canario.Operator.Reconcile;

/// <summary>A text out of a Secret. Never logged, never kept.</summary>
static class SecretText
{
    /// <summary>Null: there is none.</summary>
    public static async Task<string?> ReadAsync(KubernetesClient client, string ns, SecretKeySettings reference, CancellationToken cancellationToken)
    {
        var secret = await client.FindAsync(Resources.Secrets, ns, reference.Name, cancellationToken);
        return secret?.Data?.GetValueOrDefault(reference.Key) is { Length: > 0 } value ? Encoding.UTF8.GetString(value).Trim() : null;
    }
}
