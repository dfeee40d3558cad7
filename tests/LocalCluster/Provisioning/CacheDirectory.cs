namespace Canario.LocalCluster.Provisioning;

internal static class CacheDirectory
{
    /// <summary>What is slow to make and safe to lose; outside the checkout, so that all checkouts share it.</summary>
    public static string Root { get; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "canario");
}
