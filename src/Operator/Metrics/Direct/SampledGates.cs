using Canario.Kubernetes;

namespace Canario.Operator.Metrics.Direct;

/// <param name="NeedsRouters">The routers count its requests; without them the model's own pods do.</param>
/// <param name="NeedsPods">One of its gates looks at what the model's own pods count, such as distributions, confidences or truths.</param>
readonly record struct SampledGates(ObjectKey Model, bool NeedsRouters, bool NeedsPods);
