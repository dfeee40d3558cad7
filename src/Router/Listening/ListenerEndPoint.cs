using System.Net;

namespace Canario.Router.Listening;

/// <summary>An address that Kestrel is told once, standing for as many sockets as there are models.</summary>
internal sealed class ListenerEndPoint(string name) : EndPoint
{
    public override string ToString() => name;
}
