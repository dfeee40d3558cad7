namespace Canario.Router.Routing;

/// <summary>A request's header fields, as far as the choice of a revision looks at them.</summary>
internal interface IRequestFields
{
    /// <param name="name">In any case.</param>
    int Count(string name);

    /// <summary>The first line of that name.</summary>
    string? First(string name);
}
