using Canario.Router.Listening;
using Canario.Router.Routing;

namespace Canario.Router;

/// <summary>A model that is configured, and where it is listened for.</summary>
/// <param name="source">Of its configuration.</param>
internal sealed class ServedModel(string source, Route route)
{
    public string Source => source;

    public Route Route { get; set; } = route;

    public ModelListener Listener { get; } = new(route.Configuration.Model);

    /// <summary>0: none yet.</summary>
    public int BoundPort { get; set; }

    public bool BindFailed { get; set; }
}
