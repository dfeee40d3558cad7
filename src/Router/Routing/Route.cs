using Canario.Contract;

namespace Canario.Router.Routing;

/// <summary>All that a request needs to know of its model. Immutable; swapped as a whole.</summary>
/// <param name="Since">Timestamp of its coming into force.</param>
internal sealed record Route(RouterConfiguration Configuration, Split Split, Backend[] Backends, long Since)
{
    public TimeSpan Timeout { get; } = TimeSpan.FromMilliseconds(Configuration.TimeoutMilliseconds);
}
