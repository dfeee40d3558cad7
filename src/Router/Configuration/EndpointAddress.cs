using System.Net;

namespace Canario.Router.Configuration;

/// <summary>One pod of a revision. A port of 0: the pod does not serve that protocol.</summary>
/// <param name="Ready">Else it is a reserve: not ready, or on its way out, and asked only when the request would be refused otherwise.</param>
internal sealed record EndpointAddress(IPAddress Address, int HttpPort, int GrpcPort, bool Ready = true);
