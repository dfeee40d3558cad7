using Canario.Kubernetes;

namespace Canario.Operator.Metrics.Direct;

/// <param name="NeedsPods">One of its gates looks at distributions, which the model's own pods count; the routers count the rest.</param>
readonly record struct SampledGates(ObjectKey Model, bool NeedsPods);
