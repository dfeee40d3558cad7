namespace Canario.Router.Configuration;

/// <summary>Takes what a source has seen. Every call is complete for its key: the latest wins. Calls come one after the other.</summary>
internal interface IRouterSink
{
    /// <param name="source">Names the object or file, so that its going away can be told.</param>
    /// <param name="json">A RouterConfiguration; one that cannot be read leaves the source's last good one in force.</param>
    ValueTask SetConfigurationAsync(string source, string json);

    ValueTask RemoveConfigurationAsync(string source);

    /// <summary>All ready endpoints of a service; none: it has none, or is gone.</summary>
    void SetEndpoints(string service, IReadOnlyList<EndpointAddress> endpoints);

    /// <summary>Everything that existed when the source started has been told.</summary>
    void SetSynced();
}
