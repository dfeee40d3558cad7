using Canario.Operator.Crd;

namespace Canario.Operator.Api;

[Rule("!has(self.port) || !has(self.grpcPort) || self.port != self.grpcPort", "port and grpcPort must differ")]
[Rule("!has(self.nodePort) || self.type != 'ClusterIP'", "nodePort needs type NodePort or LoadBalancer")]
sealed record ServiceSettings
{
    [Schema("Who can reach it: ClusterIP (the cluster), NodePort (each node's address) or LoadBalancer.")]
    [Values(ServiceTypes.ClusterIp, ServiceTypes.NodePort, ServiceTypes.LoadBalancer)]
    public string Type { get; set; } = ServiceTypes.ClusterIp;

    [Schema("Port for HTTP/1.1: REST and health.", Minimum = 1, Maximum = Limits.Port)]
    public int Port { get; set; } = 80;

    [Schema("Port for HTTP/2 clear text: gRPC.", Minimum = 1, Maximum = Limits.Port)]
    public int GrpcPort { get; set; } = 8081;

    [Schema("Port of every node for HTTP/1.1, with type NodePort or LoadBalancer. Default: Kubernetes chooses one.", Minimum = 1, Maximum = Limits.Port)]
    public int? NodePort { get; set; }

    [Schema("Annotations of the Service, for load balancers.", MaxItems = Limits.MapEntries)]
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
}
