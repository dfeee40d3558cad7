namespace Canario.LocalCluster.Node;

/// <summary>The configuration files of the node's components.</summary>
internal static class NodeConfiguration
{
    public static string BuildContainerd(string snapshotter) => $"""
        version = 2
        root = "{NodeLayout.ContainerdRoot}"
        state = "{NodeLayout.ContainerdState}"
        [grpc]
          address = "{NodeLayout.ContainerdSocket}"
        [plugins."io.containerd.internal.v1.opt"]
          path = "{NodeLayout.ContainerdRoot}/opt"
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "{NodeLayout.PauseImage}"
          # Without CAP_SYS_RESOURCE (root in many containers and small machines) nobody may lower oom_score_adj, and no pod would start.
          restrict_oom_score_adj = true
          netns_mounts_under_state_dir = true
          stream_server_address = "127.0.0.1"
          [plugins."io.containerd.grpc.v1.cri".containerd]
            snapshotter = "{snapshotter}"
            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
              runtime_type = "io.containerd.runc.v2"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                Root = "{NodeLayout.RunDirectory}/runc"
          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "/usr/lib/cni"
            conf_dir = "{NodeLayout.CniDirectory}"

        """;

    public static string BuildCni() => $$"""
        {
          "cniVersion": "0.4.0",
          "name": "canario",
          "plugins": [
            {
              "type": "bridge", "bridge": "{{NodeLayout.Bridge}}", "isGateway": true, "hairpinMode": true,
              "ipam": {
                "type": "host-local", "dataDir": "{{NodeLayout.RunDirectory}}/addresses",
                "ranges": [[{ "subnet": "{{NodeLayout.PodRange}}" }]], "routes": [{ "dst": "0.0.0.0/0" }]
              }
            },
            { "type": "portmap", "capabilities": { "portMappings": true } }
          ]
        }

        """;

    public static string BuildKubelet(string clientCa) => $$"""
        apiVersion: kubelet.config.k8s.io/v1beta1
        kind: KubeletConfiguration
        address: {{NodeLayout.Gateway}}
        authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: {{clientCa}} } }
        authorization: { mode: Webhook }
        cgroupDriver: cgroupfs
        failSwapOn: false
        # There is no cluster DNS: nothing here may need one.
        clusterDNS: []
        resolvConf: ""
        healthzPort: 0
        # A developer's disk is often 90 % full; the defaults would evict every pod.
        evictionHard: { memory.available: 100Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1% }
        imageGCHighThresholdPercent: 100
        imageGCLowThresholdPercent: 99
        # Seconds count in a demo: a new pod's readiness should be seen at once.
        syncFrequency: 10s
        nodeStatusUpdateFrequency: 5s
        serializeImagePulls: false
        maxPods: 200

        """;
}
