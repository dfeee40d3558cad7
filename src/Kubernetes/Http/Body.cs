namespace Canario.Kubernetes.Http;

/// <summary>A request's body. The memory is lent for the call.</summary>
internal readonly record struct Body(ReadOnlyMemory<byte> Json, string MediaType);
