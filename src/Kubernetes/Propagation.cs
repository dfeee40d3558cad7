namespace Canario.Kubernetes;

/// <summary>What happens to the dependents of a deleted object.</summary>
public enum Propagation
{
    /// <summary>The kind's default, Background for all that Canario uses.</summary>
    Default,
    /// <summary>The garbage collector deletes them after the owner is gone.</summary>
    Background,
    /// <summary>The owner stays until they are gone.</summary>
    Foreground,
    /// <summary>They stay.</summary>
    Orphan,
}
