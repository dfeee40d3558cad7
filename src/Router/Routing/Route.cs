using Canario.Contract;
using Canario.Router.Mirroring;

namespace Canario.Router.Routing;

/// <summary>All that a request needs to know of its model. Immutable; swapped as a whole.</summary>
/// <param name="Since">Timestamp of its coming into force.</param>
/// <param name="Mirror">null: nothing is copied.</param>
internal sealed record Route(RouterConfiguration Configuration, Split Split, Backend[] Backends, long Since, Mirror? Mirror)
{
    public TimeSpan Timeout { get; } = TimeSpan.FromMilliseconds(Configuration.TimeoutMilliseconds);
}
