namespace Canario.Contract;

/// <summary>Prometheus metrics that the operator's gates read from the routers and inference servers.</summary>
public static class MetricNames
{
    /// <summary>Counter by <c>model_namespace, model, revision, code</c>. <c>code</c> is the status given to the client; a candidate that accepts no connection counts as 502.</summary>
    public const string RouterRequests = "canario_router_requests_total";

    /// <summary>Histogram by <c>model_namespace, model, revision</c>: from the request's head read to the response's last byte written. Buckets: <see cref="LatencyBuckets.Seconds"/>.</summary>
    public const string RouterDuration = "canario_router_request_duration_seconds";

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
}
