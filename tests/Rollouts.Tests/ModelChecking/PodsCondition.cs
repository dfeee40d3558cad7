namespace Canario.Rollouts.Tests;

/// <summary>How a revision's pods are found.</summary>
enum PodsCondition
{
    Well,

    /// <summary>One ready, of those asked for.</summary>
    OneLeft,

    NoneReady,

    Crashing,

    /// <summary>Its Deployment is not there (yet): the operator was killed between the status and the world.</summary>
    Missing,

    /// <summary>Well, but for a pod that is asked to end and has not yet.</summary>
    Ending,
}
