using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Rollouts;

namespace Canario.Operator.Traffic;

/// <summary>Whom the model's own Service leads to. Pure.</summary>
/// <param name="Revision">Whose pods; null: those of all revisions, or routers.</param>
sealed record ServiceTarget(IReadOnlyDictionary<string, string> Selector, IntOrString Http, IntOrString Grpc, string? Revision)
{
    /// <summary>The pods of all revisions alike.</summary>
    public bool IsShared => Revision is null && Selector.ContainsKey(Labels.Model);

    /// <summary>Equal for equal targets.</summary>
    public string Key => $"{string.Join(',', Selector.Select(l => $"{l.Key}={l.Value}"))} {Http} {Grpc}";

    public static ServiceTarget ToRouters(int listenerPort) => new(RouterObjects.BuildSelector(), listenerPort, listenerPort + 1, null);

    /// <summary>The pods of the side that has all traffic; those of both where it is shared.</summary>
    public static ServiceTarget ToPods(ModelDeployment deployment, World world) =>
        ToRevision(deployment, world.Revisions.FirstOrDefault(side => side.Weight == 100)?.Revision);

    /// <param name="revision">Null: of all revisions.</param>
    public static ServiceTarget ToRevision(ModelDeployment deployment, string? revision) =>
        new(Objects.BuildLabels(deployment.Metadata.Name!, revision, Labels.ComponentModel), Ports.HttpName, Ports.GrpcName, revision);

    public static bool LeadsToRouters(Service live) => live.Spec?.Selector?.GetValueOrDefault(Labels.Component) == Labels.ComponentRouter;

    /// <summary>The one revision that it leads to; null: several, or none.</summary>
    public static string? RevisionOf(Service live) => LeadsToRouters(live) ? null : live.Spec?.Selector?.GetValueOrDefault(Labels.Revision);

    public bool IsOf(Service live) =>
        live.Spec?.Selector is { } selector && selector.Count == Selector.Count && Selector.All(l => selector.GetValueOrDefault(l.Key) == l.Value);
}
