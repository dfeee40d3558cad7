using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;

namespace Canario.Benchmarks.Operator;

/// <summary>What the operator wrote, written again by a bare loop that decides, watches and compares nothing: how fast the API server takes it on this machine.</summary>
internal static class RawWrites
{
    /// <summary>The operator's own number of workers.</summary>
    private const int AtOnce = 16;

    /// <param name="ns">Whose ModelDeployments to write again; the operator must have ended.</param>
    /// <param name="target">A new namespace to write them to.</param>
    /// <param name="byPost">Creates instead of server-side applies: what those cost the API server more.</param>
    /// <returns>ModelDeployments a second with their status, children and event, and the control plane's CPU seconds for each.</returns>
    public static async Task<(double ASecond, double ControlPlaneCpu)> MeasureAsync(KubernetesClient client, string ns, string target, bool byPost)
    {
        var maps = (await client.ListAsync(Resources.ConfigMaps, ns, null, default)).Items.ToLookup(ModelOf);
        var services = (await client.ListAsync(Resources.Services, ns, null, default)).Items.ToLookup(ModelOf);
        var revisions = (await client.ListAsync(Resources.ControllerRevisions, ns, null, default)).Items.ToLookup(ModelOf);
        var deployments = (await client.ListAsync(Resources.Deployments, ns, null, default)).Items.ToLookup(ModelOf);
        await client.CreateAsync(Resources.Namespaces, new Namespace { Metadata = new ObjectMeta { Name = target } }, default);
        var all = new List<(ModelDeployment Copy, ModelDeployment Original)>();
        foreach (var original in (await client.ListAsync(ModelDeployments.Resource, ns, null, default)).Items.Where(d => deployments[d.Metadata.Name!].Any()))
        {
            var copy = new ModelDeployment { Metadata = new ObjectMeta { Namespace = target, Name = original.Metadata.Name }, Spec = original.Spec };
            all.Add((await client.CreateAsync(ModelDeployments.Resource, copy, default), original));
        }

        var (cpu, start) = (ProcessTimes.ControlPlaneCpuSeconds(), TimeProvider.System.GetTimestamp());
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (pair, token) =>
        {
            var (copy, original) = pair;
            var name = original.Metadata.Name!;
            await client.ReplaceStatusAsync(ModelDeployments.Resource, copy with { Status = original.Status }, token);
            foreach (var map in maps[name])
                await MakeAsync(Resources.ConfigMaps, map with { Metadata = MetadataOf(map, copy) }, token);
            foreach (var revision in revisions[name])
                await client.CreateAsync(Resources.ControllerRevisions, revision with { Metadata = MetadataOf(revision, copy) }, token);
            foreach (var service in services[name])
            {
                var spec = service.Spec! with { ClusterIP = service.Spec.ClusterIP == "None" ? "None" : null };
                await MakeAsync(Resources.Services, service with { Metadata = MetadataOf(service, copy), Spec = spec }, token);
            }

            foreach (var deployment in deployments[name])
                await MakeAsync(Resources.Deployments, deployment with { Metadata = MetadataOf(deployment, copy), Status = null }, token);
            var about = new ObjectReference { Kind = ModelDeployment.KindName, Namespace = target, Name = name, Uid = copy.Metadata.Uid };
            await client.CreateAsync(Resources.Events, new Event { Metadata = new ObjectMeta { Namespace = target, Name = name }, InvolvedObject = about, Reason = "Raw", Message = name, Type = "Normal" }, token);
        });
        return (all.Count / TimeProvider.System.GetElapsedTime(start).TotalSeconds, (ProcessTimes.ControlPlaneCpuSeconds() - cpu) / all.Count);

        Task MakeAsync<T>(ResourceType<T> type, T value, CancellationToken token) where T : class, IKubernetesObject =>
            byPost ? client.CreateAsync(type, value, token) : client.ApplyAsync(type, value, token, force: false);
    }

    private static string ModelOf(IKubernetesObject value) => value.Metadata.Labels?.GetValueOrDefault(Labels.Model) ?? "";

    private static ObjectMeta MetadataOf(IKubernetesObject original, ModelDeployment owner) => new()
    {
        Namespace = owner.Metadata.Namespace,
        Name = original.Metadata.Name,
        Labels = original.Metadata.Labels,
        Annotations = original.Metadata.Annotations,
        OwnerReferences = original.Metadata.OwnerReferences?.Select(o => o with { Uid = owner.Metadata.Uid }).ToList(),
    };
}
