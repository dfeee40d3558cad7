namespace Canario.LocalCluster.Images;

/// <summary>One file (or, with null content, one directory) of an image. The path has no leading slash.</summary>
internal sealed record ImageFile(string Path, byte[]? Content, UnixFileMode Mode)
{
    public const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    public const UnixFileMode ReadOnly = (UnixFileMode)0b110_100_100;
    public const UnixFileMode SharedDirectory = UnixFileMode.StickyBit | (UnixFileMode)0b111_111_111;
}
