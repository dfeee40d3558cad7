using Canario.Router.Routing;

namespace Canario.Router.Listening;

/// <summary>What the connections of one model's two ports share: where its requests go now. null: the model is gone.</summary>
internal sealed class ModelListener(string model)
{
    private Route? _route;

    public string Model => model;

    /// <summary>Read once a request: from the moment it is set, every new request is split by it.</summary>
    public Route? Route
    {
        get => Volatile.Read(ref _route);
        set => Volatile.Write(ref _route, value);
    }
}
