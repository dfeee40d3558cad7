namespace Canario.LocalCluster.Images;

/// <summary>An image of one layer.</summary>
internal sealed record OciImage(string Name, IReadOnlyList<ImageFile> Files)
{
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Environment { get; init; } = [];

    public string User { get; init; } = "10001";
}
