using Canario.Contract;

namespace Canario.Router.Configuration;

/// <summary>A configuration that may be served, or why it may not.</summary>
internal readonly record struct ConfigurationResult(RouterConfiguration? Configuration, string? Error)
{
    public static ConfigurationResult Good(RouterConfiguration configuration) => new(configuration, null);

    public static ConfigurationResult Bad(string error) => new(null, error);
}
