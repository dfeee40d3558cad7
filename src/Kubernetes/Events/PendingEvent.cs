using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Events;

/// <summary>Something to report.</summary>
internal sealed record PendingEvent(ObjectReference About, EventType Type, string Reason, string Message, DateTimeOffset At);
