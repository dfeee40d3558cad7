using System.Text;
using Canario.Router.Metrics;
using Microsoft.Extensions.Primitives;

namespace Canario.Router.Routing;

/// <summary>One revision that requests may be sent to.</summary>
internal sealed record Backend(string Revision, Service Service, RevisionMetrics Metrics)
{
    /// <summary>The response header's value, made once.</summary>
    public StringValues RevisionHeader { get; } = new(Revision);

    public byte[] RevisionBytes { get; } = Encoding.UTF8.GetBytes(Revision);
}
