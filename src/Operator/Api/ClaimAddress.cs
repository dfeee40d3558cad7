namespace Canario.Operator.Api;

/// <summary>The address <c>pvc://claim/path</c> of a model that lies in a PersistentVolumeClaim.</summary>
/// <param name="Path">In the claim, from its first '/' on; empty when there is none.</param>
readonly record struct ClaimAddress(string Claim, string Path)
{
    const string Scheme = "pvc://";

    /// <summary>Null: the address is another one. What is in place of the claim's name need not be one.</summary>
    public static ClaimAddress? Read(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = uri[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new ClaimAddress(rest, "") : new ClaimAddress(rest[..slash], rest[slash..]);
    }
}
