namespace Canario.LocalCluster;

/// <summary>Where the sources are.</summary>
public static class Checkout
{
    /// <summary>The folder that holds Operator.sln, above the running program.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Operator.sln")))
                return directory.FullName;
        }

        throw new LocalClusterException($"No Operator.sln above {AppContext.BaseDirectory}: images are built from a checkout.");
    }
}
