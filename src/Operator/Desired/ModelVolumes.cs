using Canario.Operator.Api;

namespace Canario.Operator.Desired;

/// <summary>The claim that a model lies in: named by a field, for <c>file:///models/…</c>, or by the address, <c>pvc://claim/path</c>.</summary>
static class ModelVolumes
{
    const string Scheme = "pvc://";

    /// <summary>Null: the address names none.</summary>
    public static string? ClaimInUri(ModelSpec model) =>
        model.Uri.StartsWith(Scheme, StringComparison.Ordinal) ? model.Uri[Scheme.Length..].Split('/')[0] : null;

    /// <summary>The claim that is mounted; null: none is.</summary>
    public static string? ClaimOf(ModelSpec model) => ClaimInUri(model) ?? model.PersistentVolumeClaim;

    /// <summary>As the pod sees it.</summary>
    public static string UriOf(ModelSpec model) =>
        ClaimInUri(model) is { } claim ? $"file://{ModelPods.ModelsDirectory}{model.Uri[(Scheme.Length + claim.Length)..]}" : model.Uri;
}
