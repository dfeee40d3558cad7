namespace Canario.Rollouts;

public enum CommandAction
{
    /// <summary>Leave this step, or the bake, now: skips its hold and gates that lack evidence. The next steps are held as planned.</summary>
    Promote,

    /// <summary>Roll back and reject the candidate.</summary>
    Abort,

    /// <summary>Try a rejected revision again, as a new attempt.</summary>
    Retry,

    /// <summary>Leave no step until resumed. Gates and pod failures still roll back.</summary>
    Pause,

    Resume,

    /// <summary>Go back to an earlier revision, which the command names: its capacity first, then all traffic. It has served, so nothing is judged. Spec's revision is rejected.</summary>
    Undo,
}
