using System.Collections;
using System.Globalization;
using System.Text;
using Canario.Contract;
using Canario.Operator.Api;

namespace Canario.Benchmarks.Operator;

/// <summary>The ModelDeployments of the benchmark, and what the routers have counted of them.</summary>
internal sealed class Crowd(IEnumerable<CrowdMember> members) : IEnumerable<CrowdMember>
{
    private readonly Dictionary<(string?, string?), CrowdMember> _members = members.ToDictionary(m => ((string?)m.Namespace, (string?)m.Name));

    public IReadOnlyList<double> StepsLate => [.. this.SelectMany(member => member.StepsLate)];

    public IReadOnlyList<double> RollbacksLate => [.. this.SelectMany(member => member.RollbacksLate)];

    public void See(ModelDeployment? now)
    {
        if (now is not null && _members.TryGetValue((now.Metadata.Namespace, now.Metadata.Name), out var member))
            member.See(now, TimeProvider.System.GetUtcNow());
    }

    public string WriteMetrics()
    {
        var page = new StringBuilder().Append("# TYPE ").Append(MetricNames.RouterRequests).Append(" counter\n");
        var now = TimeProvider.System.GetUtcNow();
        foreach (var member in this)
        {
            foreach (var (revision, code, count) in member.Count(now))
            {
                page.Append(CultureInfo.InvariantCulture, $"{MetricNames.RouterRequests}{{{MetricLabels.Namespace}=\"{member.Namespace}\",{MetricLabels.Model}=\"{member.Name}\",{MetricLabels.Revision}=\"{revision}\",{MetricLabels.Code}=\"{code}\"}} {count}\n");
            }
        }

        return page.ToString();
    }

    public IEnumerator<CrowdMember> GetEnumerator() => _members.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
