using Canario.Contract;

namespace Canario.Operator.Traffic.Routers;

/// <param name="Serving">The configuration that stands for the state; null: nothing to serve yet.</param>
/// <param name="IsAcknowledged">Every ready router serves it.</param>
/// <param name="HasRouters">At least one router is ready, so that an acknowledgement may be waited for.</param>
sealed record RouterReport(RouterConfiguration? Serving, bool IsAcknowledged, bool HasRouters) : TrafficReport;
