using Canario.LocalCluster.Security;

namespace Canario.LocalCluster;

/// <summary>What to tell whoever brings a cluster along.</summary>
internal static class ForeignCluster
{
    /// <summary>Its images are in a container engine that only its own tool reaches.</summary>
    public static string ExplainLoading(string kubeconfig, params IReadOnlyList<string> archives)
    {
        var context = Kubeconfig.ReadContext(kubeconfig);
        return $"KUBECONFIG names {kubeconfig} (context '{context}'), which is not this machine's own node, so nothing is loaded from here. "
            + "Load with that cluster's own tool:\n"
            + string.Join('\n', archives.SelectMany(archive => Commands(context, archive)).Select(command => "  " + command));
    }

    private static string[] Commands(string context, string archive)
    {
        // kind and k3d name their contexts so.
        if (context.StartsWith("kind-", StringComparison.Ordinal))
            return [$"kind load image-archive {archive} --name {context["kind-".Length..]}"];
        if (context.StartsWith("k3d-", StringComparison.Ordinal))
            return [$"k3d image import {archive} --cluster {context["k3d-".Length..]}"];
        return [$"kind load image-archive {archive} --name CLUSTER    (kind)", $"k3d image import {archive} --cluster CLUSTER    (k3d)", $"k3s ctr images import {archive}    (k3s, on each node)"];
    }
}
