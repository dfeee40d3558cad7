namespace Canario.Rollouts;

/// <summary>What follows when the candidate has won an A/B test. In every other case stable goes on.</summary>
public enum AfterTest
{
    /// <summary>All traffic at once, then the bake.</summary>
    Promote,

    /// <summary>Stable goes on all the same; what was learnt is kept.</summary>
    Keep,
}
