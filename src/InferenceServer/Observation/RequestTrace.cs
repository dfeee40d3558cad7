using System.Diagnostics;

namespace Canario.InferenceServer.Observation;

/// <summary>
/// The trace that a request belongs to (W3C Trace Context), for what is said of the request. It is made only then: a span for each request takes longer than a small model.
/// Where spans are exported, the framework makes them all.
/// </summary>
internal static class RequestTrace
{
    /// <returns>Ends when all is said; null: the request has a span already.</returns>
    public static Activity? Continue(HttpContext context)
    {
        if (Activity.Current is not null) return null;
        var span = new Activity("request");
        if (ActivityContext.TryParse(context.Request.Headers.TraceParent, context.Request.Headers.TraceState, isRemote: true, out ActivityContext caller))
        {
            span.SetParentId(caller.TraceId, caller.SpanId, caller.TraceFlags);
            span.TraceStateString = caller.TraceState;
        }

        return span.Start();
    }
}
