using Canario.LocalCluster.Node;

namespace Canario.LocalCluster.Tests;

public sealed class IptablesRemovalTests
{
    private const string Saved = """
        *nat
        :PREROUTING ACCEPT [0:0]
        :DOCKER - [0:0]
        :KUBE-SERVICES - [0:0]
        :KUBE-SVC-ABC - [0:0]
        -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A PREROUTING -j DOCKER
        -A POSTROUTING -s 10.244.0.0/24 ! -d 10.244.0.0/24 -m comment --comment canario-local-node -j MASQUERADE
        -A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-ABC
        COMMIT

        """;

    [Fact]
    public void Rules_that_jump_go_before_the_chains_and_what_others_wrote_stays() =>
        Assert.Equal(
            """
            *nat
            -D PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
            -D POSTROUTING -s 10.244.0.0/24 ! -d 10.244.0.0/24 -m comment --comment canario-local-node -j MASQUERADE
            -F KUBE-SERVICES
            -F KUBE-SVC-ABC
            -X KUBE-SERVICES
            -X KUBE-SVC-ABC
            COMMIT

            """,
            IptablesRemoval.Build(Saved));

    [Fact]
    public void A_node_of_somebody_else_is_seen_by_its_chains()
    {
        Assert.True(IptablesRemoval.HasKubernetesRules(Saved));
        Assert.False(IptablesRemoval.HasKubernetesRules(Saved.Replace("KUBE-", "OTHER-", StringComparison.Ordinal)));
    }
}
