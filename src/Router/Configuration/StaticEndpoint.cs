namespace Canario.Router.Configuration;

/// <summary>An endpoint in the file of a <see cref="DirectorySource"/>.</summary>
internal sealed record StaticEndpoint
{
    public required string Address { get; init; }
    public int HttpPort { get; init; }
    public int GrpcPort { get; init; }
}
