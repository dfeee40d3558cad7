namespace Canario.LocalCluster;

public enum NodeState
{
    /// <summary>Nothing of it is on this machine.</summary>
    Down,

    /// <summary>Every component runs and the node is ready for pods.</summary>
    Up,

    /// <summary>Something is there, but not all of it works: <c>down</c> removes it.</summary>
    Broken,
}
