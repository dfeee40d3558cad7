using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Canario.Router.Listening;

/// <summary>Gives Kestrel the two groups when it binds their names.</summary>
internal sealed class GroupFactory(ListenerGroup http, ListenerGroup grpc) : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(ReferenceEquals(endpoint, http.EndPoint) ? http : grpc);
}
