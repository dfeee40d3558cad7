namespace Canario.InferenceServer.Configuration;

/// <summary>A text that nothing prints by accident.</summary>
internal sealed class Secret(string value)
{
    public string Value { get; } = value;

    /// <summary>Null for an empty text.</summary>
    public static Secret? Of(string value) => value.Length > 0 ? new Secret(value) : null;
}
