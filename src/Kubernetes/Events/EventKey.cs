namespace Canario.Kubernetes.Events;

/// <summary>Events that count as one. Without a message: all of one object and reason.</summary>
internal readonly record struct EventKey(string? Uid, string? Kind, string? Namespace, string? Name, EventType Type, string Reason, string? Message);
