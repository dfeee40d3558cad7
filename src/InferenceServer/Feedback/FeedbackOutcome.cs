namespace Canario.InferenceServer.Feedback;

/// <summary>What became of a piece of feedback.</summary>
internal enum FeedbackOutcome
{
    Matched,
    /// <summary>No prediction of this id is known: never made here, or too many since.</summary>
    Unknown,
    /// <summary>The prediction is older than the window.</summary>
    Late,
    /// <summary>The prediction has its truth already.</summary>
    Duplicate,
    /// <summary>What really was is nothing that the model could have predicted.</summary>
    Invalid,
}
