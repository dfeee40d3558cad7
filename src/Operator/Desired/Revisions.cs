using System.Security.Cryptography;
using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;

namespace Canario.Operator.Desired;

/// <summary>Revisions: their names and what is kept of them.</summary>
static class Revisions
{
    const int HashLength = 8;

    /// <summary>Name of the revision that spec asks for: a hash over the model and its server, not over replicas, strategy or gates. Depends on nothing but spec.</summary>
    public static string BuildName(ModelDeployment deployment) => Names.Revision(deployment.Metadata.Name!, BuildHash(deployment.Spec));

    public static string BuildHash(ModelDeploymentSpec spec)
    {
        // The image stays as spec has it, absent or not: the default of another operator version must not make another revision.
        var content = new RevisionSnapshot { Model = spec.Model, Server = Ordered(spec.Server) };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, DesiredJson.Default.RevisionSnapshot)))[..HashLength];
    }

    /// <summary>The snapshot of the revision that spec asks for now. Only for a revision that has none yet.</summary>
    public static RevisionSnapshot BuildSnapshot(ModelDeployment deployment, DesiredOptions options)
    {
        var server = Ordered(deployment.Spec.Server);
        server = server with { Image = server.Image ?? options.InferenceServerImage, ImagePullPolicy = server.ImagePullPolicy ?? options.ImagePullPolicy };
        if (server.ImagePullSecrets.Count == 0)
        {
            server = server with { ImagePullSecrets = [.. options.ImagePullSecrets.Select(name => new LocalObjectReference { Name = name })] };
        }

        var snapshot = new RevisionSnapshot { Model = deployment.Spec.Model, Server = server };
        return snapshot with { Template = ModelPods.BuildTemplate(deployment, BuildName(deployment), snapshot) };
    }

    /// <param name="number">One more than the newest one's; orders the history.</param>
    public static ControllerRevision BuildControllerRevision(ModelDeployment deployment, string revision, RevisionSnapshot snapshot, long number) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "ControllerRevision",
        Metadata = Objects.BuildOwned(deployment, revision, revision),
        Data = JsonSerializer.SerializeToElement(snapshot, DesiredJson.Default.RevisionSnapshot),
        Revision = number,
    };

    /// <summary>Null when the object holds no snapshot that can be read.</summary>
    public static RevisionSnapshot? ReadSnapshot(ControllerRevision revision) =>
        revision.Data is { ValueKind: JsonValueKind.Object } data ? Read(() => data.Deserialize(DesiredJson.Default.RevisionSnapshot)) : null;

    /// <summary>From the annotation that a revision's Deployment carries: for a ControllerRevision that somebody deleted.</summary>
    public static RevisionSnapshot? ReadSnapshot(Deployment deployment) =>
        deployment.Metadata.Annotations?.GetValueOrDefault(Annotations.Snapshot) is { Length: > 0 } text
            ? Read(() => JsonSerializer.Deserialize(text, DesiredJson.Default.RevisionSnapshot))
            : null;

    /// <summary>Without the template: the Deployment has that itself.</summary>
    internal static string BuildAnnotation(RevisionSnapshot snapshot) =>
        JsonSerializer.Serialize(snapshot with { Template = null }, DesiredJson.Default.RevisionSnapshot);

    static RevisionSnapshot? Read(Func<RevisionSnapshot?> read)
    {
        try
        {
            return read() is { SchemaVersion: RevisionSnapshot.CurrentSchema } snapshot ? snapshot : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Maps have no order, hashes do.</summary>
    static ServerSpec Ordered(ServerSpec server) => server with
    {
        NodeSelector = Ordered(server.NodeSelector),
        PodLabels = Ordered(server.PodLabels),
        PodAnnotations = Ordered(server.PodAnnotations),
        Resources = server.Resources is null ? null : server.Resources with { Requests = Ordered(server.Resources.Requests), Limits = Ordered(server.Resources.Limits) },
    };

    static SortedDictionary<string, T>? Ordered<T>(IReadOnlyDictionary<string, T>? map) =>
        map is null ? null : new SortedDictionary<string, T>(map.ToDictionary(), StringComparer.Ordinal);
}
