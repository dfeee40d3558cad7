namespace Canario.Benchmarks.Inference;

/// <summary>A round of load on a server.</summary>
/// <param name="Load">As the clients saw it.</param>
/// <param name="Cpu">Microseconds of the server's CPU for each request.</param>
internal sealed record ServedRound(WrkResult Load, double Cpu);
