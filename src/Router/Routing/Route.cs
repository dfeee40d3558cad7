using Canario.Contract;

namespace Canario.Router.Routing;

/// <summary>All that a request needs to know of its model. Immutable; swapped as a whole.</summary>
internal sealed record Route(RouterConfiguration Configuration, Split Split, Backend[] Backends)
{
    public TimeSpan Timeout { get; } = TimeSpan.FromMilliseconds(Configuration.TimeoutMilliseconds);
}
