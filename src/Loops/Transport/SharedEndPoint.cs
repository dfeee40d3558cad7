using System.Net;

namespace Canario.Loops.Transport;

/// <summary>
/// An address whose connections carry many requests at once, as gRPC's do: answers that are ready together leave together, by one send of the thread pool. Elsewhere each is sent at once, by
/// whoever wrote it. Known from another address by its type, since both ports may be 0.
/// </summary>
/// <param name="address">Null: any.</param>
/// <param name="port">0: any free one.</param>
public sealed class SharedEndPoint(IPAddress? address, int port) : IPEndPoint(address ?? IPAddress.IPv6Any, port);
