using System.Net;

namespace Canario.Router.Configuration;

/// <summary>One ready pod of a revision. A port of 0: the pod does not serve that protocol.</summary>
internal sealed record EndpointAddress(IPAddress Address, int HttpPort, int GrpcPort);
