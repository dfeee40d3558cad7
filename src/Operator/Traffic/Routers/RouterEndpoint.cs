namespace Canario.Operator.Traffic.Routers;

/// <summary>A ready router pod.</summary>
/// <param name="Uid">Of the pod: a new pod must be asked anew.</param>
/// <param name="Admin">Base address of its admin port.</param>
sealed record RouterEndpoint(string Uid, Uri Admin);
