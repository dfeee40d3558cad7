namespace Canario.Kubernetes;

/// <summary>What a watch reports.</summary>
public enum WatchEventType
{
    Added,
    Modified,
    Deleted,
    /// <summary>Nothing changed; the object's resource version is one to resume from.</summary>
    Bookmark,
}
