namespace Canario.InferenceServer.Configuration;

/// <summary>An option has a value that it does not take; the message names both.</summary>
#pragma warning disable CA1032 // Always has a message.
internal sealed class ConfigurationException(string message) : Exception(message);
#pragma warning restore CA1032
