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
    public void The_chains_of_host_ports_go_with_the_last_port()
    {
        Assert.Equal(
            """
            *nat
            -D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
            -F CNI-DN-OURS
            -F CNI-HOSTPORT-DNAT
            -F CNI-HOSTPORT-MASQ
            -X CNI-DN-OURS
            -X CNI-HOSTPORT-DNAT
            -X CNI-HOSTPORT-MASQ
            COMMIT

            """,
            IptablesRemoval.Build(Ports("")));
        Assert.Equal(
            """
            *nat
            -D CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"canario\" id: \"1\"" -m multiport --dports 8080 -j CNI-DN-OURS
            -F CNI-DN-OURS
            -X CNI-DN-OURS
            COMMIT

            """,
            IptablesRemoval.Build(Ports("""
                -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"podman\" id: \"2\"" -m multiport --dports 8081 -j CNI-DN-THEIRS

                """)));
        Assert.Equal("*nat\nCOMMIT\n", IptablesRemoval.Build(Ports("").Replace("canario", "podman", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_node_of_somebody_else_is_seen_by_its_chains()
    {
        Assert.True(IptablesRemoval.HasKubernetesRules(Saved));
        Assert.False(IptablesRemoval.HasKubernetesRules(Saved.Replace("KUBE-", "OTHER-", StringComparison.Ordinal)));
    }

    private static string Ports(string others) => $"""
        *nat
        :PREROUTING ACCEPT [0:0]
        :CNI-DN-OURS - [0:0]
        :CNI-DN-THEIRS - [0:0]
        :CNI-HOSTPORT-DNAT - [0:0]
        :CNI-HOSTPORT-MASQ - [0:0]
        -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
        -A CNI-DN-OURS -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.244.0.5:80
        -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"canario\" id: \"1\"" -m multiport --dports 8080 -j CNI-DN-OURS
        -A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
        {others}COMMIT

        """;
}
