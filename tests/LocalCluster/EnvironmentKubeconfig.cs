namespace Canario.LocalCluster;

/// <summary>The cluster that the caller brings along.</summary>
public static class EnvironmentKubeconfig
{
    /// <summary>The first file in KUBECONFIG, or null when the variable is not set. Throws when that file does not exist.</summary>
    public static string? Path
    {
        get
        {
            var value = Environment.GetEnvironmentVariable("KUBECONFIG");
            var first = value?.Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
            if (first is null)
                return null;
            return File.Exists(first)
                ? System.IO.Path.GetFullPath(first)
                : throw new LocalClusterException($"KUBECONFIG is '{value}', but the file {first} does not exist. Unset it to have a cluster provisioned.");
        }
    }
}
