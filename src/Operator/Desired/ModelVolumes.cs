using Canario.Operator.Api;

namespace Canario.Operator.Desired;

/// <summary>The claim that a model lies in: named by a field, for <c>file:///models/…</c>, or by the address, <c>pvc://claim/path</c>.</summary>
static class ModelVolumes
{
    /// <summary>The claim that is mounted; null: none is.</summary>
    public static string? ClaimOf(ModelSpec model) => ClaimAddress.Read(model.Uri)?.Claim ?? model.PersistentVolumeClaim;

    /// <summary>As the pod sees it.</summary>
    public static string UriOf(ModelSpec model) => ClaimAddress.Read(model.Uri) is { } address ? $"file://{ModelPods.ModelsDirectory}{address.Path}" : model.Uri;
}
