namespace Canario.Contract;

/// <summary>One revision as a router sees it.</summary>
public sealed record RouterBackend
{
    public required string Revision { get; init; }
    /// <summary>Service in the router's namespace whose EndpointSlices give the addresses; its ports are named <see cref="Ports.HttpName"/> and <see cref="Ports.GrpcName"/>.</summary>
    public required string Service { get; init; }
    /// <summary>Share of the requests, 0 to 100.</summary>
    public required int Weight { get; init; }
}
