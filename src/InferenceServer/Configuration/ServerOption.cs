namespace Canario.InferenceServer.Configuration;

/// <summary>One option, as on the command line and in the environment.</summary>
/// <param name="Flag">Name after <c>--</c>.</param>
/// <param name="Variable">Environment variable of the same meaning; the command line wins.</param>
/// <param name="Help">What it is, with unit and default.</param>
/// <param name="Apply">Puts a given value in; throws <see cref="ConfigurationException"/> with what is allowed.</param>
internal sealed record ServerOption(string Flag, string Variable, string Help, Func<ServerOptions, string, ServerOptions> Apply);
