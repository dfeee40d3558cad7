using Canario.Kubernetes.Models;
using Canario.Operator.Reconcile;

namespace Canario.Operator.Tests.Reconcile;

public sealed class PodSchedulingTests
{
    private const string Full = "0/1 nodes are available: 1 Insufficient cpu.";

    [Fact]
    public void A_pod_without_a_node_says_what_keeps_it_from_one() =>
        Assert.Equal(Full, PodScheduling.FindObstacle([Pod("a", "True", null), Pod("b", "False", Full)]));

    [Fact]
    public void A_pod_that_leaves_or_has_a_node_says_nothing()
    {
        var leaving = Pod("b", "False", Full);
        leaving.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;

        Assert.Null(PodScheduling.FindObstacle([Pod("a", "True", Full), leaving, new Pod { Metadata = new ObjectMeta { Name = "c" } }]));
    }

    [Fact]
    public void A_long_list_of_nodes_is_cut() =>
        Assert.Equal(301, PodScheduling.FindObstacle([Pod("a", "False", new string('n', 5000))])!.Length);

    private static Pod Pod(string name, string scheduled, string? message) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Status = new PodStatus { Conditions = [new Condition { Type = "PodScheduled", Status = scheduled, Reason = scheduled == "False" ? "Unschedulable" : "", Message = message ?? "" }] },
    };
}
