namespace Canario.Contract;

/// <summary>Prometheus metrics that the operator's gates read from the routers and inference servers.</summary>
public static class MetricNames
{
    /// <summary>Counter by <c>model_namespace, model, revision, code</c>. <c>code</c> is the status given to the client; a candidate that accepts no connection counts as 502.</summary>
    public const string RouterRequests = "canario_router_requests_total";

    /// <summary>Histogram by <c>model_namespace, model, revision</c>: from the request's head read to the response's last byte written. Buckets: <see cref="LatencyBuckets.Seconds"/>.</summary>
    public const string RouterDuration = "canario_router_request_duration_seconds";

    /// <summary>Counter by <c>model_namespace, model, revision, stable, outcome</c> (<see cref="ShadowOutcomes"/>): requests that were answered to a user by <c>stable</c> and copied to <c>revision</c>.</summary>
    public const string ShadowPairs = "canario_router_shadow_pairs_total";

    /// <summary>Histogram by <c>model_namespace, model, revision, stable</c>: mean absolute difference of the numbers of a pair of answers, one observation a pair that has numbers.</summary>
    public const string ShadowDifference = "canario_router_shadow_difference";

    /// <summary>Counter with the labels of <see cref="ShadowDifference"/>: sum of the squares of what is observed there.</summary>
    public const string ShadowSquaredDifference = "canario_router_shadow_squared_difference_total";

    /// <summary>Gauge with the labels of <see cref="ShadowDifference"/>: largest absolute difference of two numbers since copying began.</summary>
    public const string ShadowLargestDifference = "canario_router_shadow_largest_difference";

    /// <summary>Counter with the labels of <see cref="ShadowDifference"/>: blocks of <see cref="ShadowRanks.BlockPairs"/> pairs whose numbers were ranked.</summary>
    public const string ShadowRankBlocks = "canario_router_shadow_rank_blocks_total";

    /// <summary>Counter with the labels of <see cref="ShadowDifference"/>: sum over those blocks of half of 1 − ρ, where ρ is Spearman's rank correlation of stable's numbers and the candidate's. Over that count: 0 for the same order, 1 for the reverse.</summary>
    public const string ShadowRankDistance = "canario_router_shadow_rank_distance_total";

    /// <summary>Counter by <c>model_namespace, model, revision, stable, slice, outcome</c> (<see cref="ShadowOutcomes.Agreed"/>, <see cref="ShadowOutcomes.Disagreed"/>, <see cref="ShadowOutcomes.CandidateFailed"/>): the pairs of one slice.</summary>
    public const string ShadowSlicePairs = "canario_router_shadow_slice_pairs_total";

    /// <summary>Counter by <c>model_namespace, model, revision, stable, slice</c>: pairs of the slice that have numbers.</summary>
    public const string ShadowSliceNumbers = "canario_router_shadow_slice_numbers_total";

    /// <summary>Counter with the labels of <see cref="ShadowSliceNumbers"/>: sum of those pairs' mean absolute differences.</summary>
    public const string ShadowSliceDifference = "canario_router_shadow_slice_difference_total";

    /// <summary>Gauge with the labels of <see cref="ShadowSliceNumbers"/>: as <see cref="ShadowLargestDifference"/>.</summary>
    public const string ShadowSliceLargestDifference = "canario_router_shadow_slice_largest_difference";

    /// <summary>Counter with the labels of <see cref="ShadowSliceNumbers"/>: as <see cref="ShadowRankBlocks"/>, of the slice's pairs alone.</summary>
    public const string ShadowSliceRankBlocks = "canario_router_shadow_slice_rank_blocks_total";

    /// <summary>Counter with the labels of <see cref="ShadowSliceNumbers"/>: as <see cref="ShadowRankDistance"/>.</summary>
    public const string ShadowSliceRankDistance = "canario_router_shadow_slice_rank_distance_total";

    /// <summary>Counter by <c>model_namespace, model, revision, reason</c>: requests that were to be copied and were not.</summary>
    public const string ShadowDropped = "canario_router_shadow_dropped_total";

    /// <summary>Gauge by <c>model_namespace, model, revision, sha256</c>, always 1: which bytes the server has loaded. Two digests of one revision: its address gave out other bytes meanwhile.</summary>
    public const string InferenceModel = "canario_inference_model_info";

    /// <summary>Counter by <c>model_namespace, model, revision, code, protocol</c>.</summary>
    public const string InferenceRequests = "canario_inference_requests_total";

    /// <summary>Histogram by <c>model_namespace, model, revision</c>. Buckets: <see cref="LatencyBuckets.Seconds"/>.</summary>
    public const string InferenceDuration = "canario_inference_request_duration_seconds";

    /// <summary>Histogram by <c>model_namespace, model, revision</c>: rows of each run that joined the requests under way.</summary>
    public const string InferenceBatchRows = "canario_inference_batch_rows";

    /// <summary>Counter by <c>model_namespace, model, revision, code</c>: rows of <c>/predict</c> streams, by the status that each would have had as a request.</summary>
    public const string InferenceStreamRows = "canario_inference_stream_rows_total";

    /// <summary>Counter by <c>model_namespace, model, revision, feature, bin</c>: values seen, one count a value, not cumulative over bins.</summary>
    public const string FeatureValues = "canario_feature_values_total";

    /// <summary>Gauge with the labels of <see cref="FeatureValues"/>: the training baseline's count in that bin.</summary>
    public const string FeatureBaseline = "canario_feature_baseline";

    /// <summary>Counter by <c>model_namespace, model, revision, output, bin</c>: predictions made, one count a row, not cumulative over bins.</summary>
    public const string PredictionValues = "canario_prediction_values_total";

    /// <summary>Gauge with the labels of <see cref="PredictionValues"/>: the training baseline's count in that bin.</summary>
    public const string PredictionBaseline = "canario_prediction_baseline";

    /// <summary>Histogram by <c>model_namespace, model, revision</c>: the largest class probability of each row. Buckets: <see cref="ConfidenceBuckets.Bounds"/>. Only of models that give probabilities.</summary>
    public const string PredictionConfidence = "canario_prediction_confidence";

    /// <summary>Counter by <c>model_namespace, model, revision, outcome</c> (<c>written</c>, <c>dropped</c>, <c>failed</c>): events for the prediction log.</summary>
    public const string PredictionLogEvents = "canario_prediction_log_events_total";

    /// <summary>Counter by <c>model_namespace, model, revision, outcome</c>: pieces of feedback that came.</summary>
    public const string FeedbackItems = "canario_feedback_items_total";

    /// <summary>Counter by <c>model_namespace, model, revision, correct</c>: predicted classes whose truth is known. Accuracy is the share of <c>true</c>.</summary>
    public const string FeedbackPredictions = "canario_feedback_predictions_total";

    /// <summary>Counter by <c>model_namespace, model, revision, actual, predicted</c>: the confusion of up to 20 known classes; all others are <see cref="Bins.Other"/>.</summary>
    public const string FeedbackClasses = "canario_feedback_classes_total";

    /// <summary>Counter by <c>model_namespace, model, revision</c>: predicted numbers whose truth is known.</summary>
    public const string FeedbackValues = "canario_feedback_values_total";

    /// <summary>Counter with the labels of <see cref="FeedbackValues"/>: sum of absolute errors. Over that count it is the mean absolute error.</summary>
    public const string FeedbackAbsoluteError = "canario_feedback_absolute_error_total";

    /// <summary>Counter with the labels of <see cref="FeedbackValues"/>: sum of squared errors. Over that count it is the mean squared error.</summary>
    public const string FeedbackSquaredError = "canario_feedback_squared_error_total";
}
