namespace Canario.LocalCluster.Processes;

internal enum ChildLifetime
{
    /// <summary>Killed by the kernel when this process ends, however it ends.</summary>
    WithParent,

    /// <summary>A session of its own: lives on when the command that started it has returned.</summary>
    Detached,
}
