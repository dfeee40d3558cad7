using Canario.Kubernetes.Models;

namespace Canario.Kubernetes;

/// <summary>One change. Of a <see cref="WatchEventType.Bookmark"/> only <c>Metadata.ResourceVersion</c> means something.</summary>
public readonly record struct WatchEvent<T>(WatchEventType Type, T Value) where T : class, IKubernetesObject;
