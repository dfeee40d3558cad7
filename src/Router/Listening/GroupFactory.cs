using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Canario.Router.Listening;

/// <summary>Gives Kestrel the group when it binds its name.</summary>
internal sealed class GroupFactory(ListenerGroup group) : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(group);
}
