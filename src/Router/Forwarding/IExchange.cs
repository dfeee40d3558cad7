using Canario.Router.Mirroring;
using Canario.Router.Routing;

namespace Canario.Router.Forwarding;

/// <summary>A request under way, whatever the HTTP version.</summary>
internal interface IExchange
{
    /// <summary>Timestamp of its head being read.</summary>
    long Started { get; }

    IRequestFields Fields { get; }

    /// <summary>The access log's.</summary>
    string Method { get; }

    string Target { get; }

    string RequestId { get; }

    /// <summary>A server ended with it and without an answer; it is with another one since, or was.</summary>
    bool WasLost { get; }

    /// <summary>Those of the service that speak the request's HTTP version.</summary>
    EndpointSet EndpointsOf(Service service);

    /// <summary>Has one endpoint answer the request, and hands the answer on.</summary>
    /// <param name="fresh">On a new connection: a used one has just turned out to be closed, or a server ended.</param>
    ValueTask<Outcome> TryAsync(Route route, Backend backend, Endpoint endpoint, bool fresh);

    /// <summary>Keeps what a copy needs, if the request is one that is copied.</summary>
    void BeginCopy(Mirror mirror);

    /// <summary>The user has the answer: the copy may go.</summary>
    void EndCopy(Route route, Backend served, Outcome outcome);

    /// <summary>Tells the client that there is no answer; when its head is out already, by breaking the connection.</summary>
    ValueTask FailAsync(Outcome outcome, Backend backend);
}
