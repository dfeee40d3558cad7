namespace Canario.Rollouts;

/// <summary>What follows when a shadow's steps are over and its gates pass.</summary>
public enum AfterShadow
{
    /// <summary>It goes on with the steps of a canary.</summary>
    Canary,

    /// <summary>All traffic at once, then the bake.</summary>
    Promote,

    /// <summary>The candidate is stopped; what was learnt is kept.</summary>
    Drop,
}
