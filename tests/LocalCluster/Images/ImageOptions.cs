namespace Canario.LocalCluster.Images;

public sealed record ImageOptions
{
    /// <summary>The tag of all three images. Not "latest", with which kubelet would ask a registry each time.</summary>
    public string Tag { get; init; } = "dev";

    /// <summary>Null: a base image made of this machine's own shared libraries, for machines without access to a public registry.</summary>
    public string? BaseImage { get; init; }

    /// <summary>Where the archives are written. Null: <c>artifacts/images</c> in the checkout.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>Compiles ahead of time: the images start in half the time and are larger.</summary>
    public bool ReadyToRun { get; init; } = true;

    public Action<string>? Progress { get; init; }
}
