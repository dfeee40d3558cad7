using System.Globalization;

namespace Canario.Rollouts;

/// <summary>
/// Whether the revision that serves has drifted from its training. Each name is confirmed by consecutive looks beyond its bound, and let go by as many well within it, so that one at its
/// bound does not flap. Its memory is <see cref="DriftState"/> alone, and that changes only when there is something to say.
/// </summary>
public static class DriftMachine
{
    /// <summary>Names kept in status.</summary>
    public const int MaxWorst = 10;

    /// <summary>Share of the bound below which a confirmed name counts as within.</summary>
    const double Release = 0.8;

    /// <param name="before">Null: never looked.</param>
    public static DriftDecision Decide(DriftPolicy policy, DriftState? before, DriftLook look, DateTimeOffset now)
    {
        var notices = new List<Notice>();
        var findings = DriftJudge.Judge(policy, look);
        if (before is not null && before.Revision != look.Revision)
        {
            notices.AddRange(Leave(before, look.Revision));
            before = null;
        }

        var state = before ?? new DriftState { Revision = look.Revision };
        // No traffic, or no answer, is no news: what was confirmed stays so.
        var next = findings.Count == 0 ? state : Follow(policy, state, findings, now);
        if (next.Verdict == DriftVerdict.Drift && state.Verdict != DriftVerdict.Drift)
        {
            notices.Add(new Notice(DriftReasons.Detected, DriftText.Describe(next), Warning: true));
        }
        else if (next.Verdict != DriftVerdict.Drift && state.Verdict == DriftVerdict.Drift)
        {
            var since = state.Since is { } start ? string.Create(CultureInfo.InvariantCulture, $" after {(now - start).TotalMinutes:0} min") : "";
            notices.Add(new Notice(DriftReasons.Ended, $"{next.Revision} is within its bounds again{since}: {string.Join(", ", state.Worst.Where(name => name.Confirmed).Select(name => name.Name))}."));
        }

        return new DriftDecision(next, notices, findings);
    }

    /// <summary>What is to be told when another revision serves from now on.</summary>
    public static IReadOnlyList<Notice> Leave(DriftState before, string revision) => before.Verdict != DriftVerdict.Drift
        ? []
        : [new Notice(DriftReasons.Ended, $"{revision} serves instead of {before.Revision}, which had drifted; it is judged by its own baseline.")];

    static DriftState Follow(DriftPolicy policy, DriftState state, IReadOnlyList<DriftFinding> findings, DateTimeOffset now)
    {
        var found = findings.ToDictionary(finding => (finding.Kind, finding.Name));
        var known = state.Worst.ToDictionary(name => (name.Kind, name.Name));
        var names = state.Worst
            .Select(name => Follow(policy, name, found.GetValueOrDefault((name.Kind, name.Name))))
            .OfType<DriftedName>()
            .Concat(findings.Where(finding => finding.IsBeyond && !known.ContainsKey((finding.Kind, finding.Name))).Select(finding => Begin(policy, finding, now)))
            .OrderByDescending(name => name.Confirmed)
            .ThenByDescending(name => name.Looks)
            .ThenByDescending(name => DriftJudge.Ratio(policy, name.Kind, name.Psi, name.Ks, name.Accuracy))
            .ThenBy(name => name.Name, StringComparer.Ordinal)
            .Take(MaxWorst)
            .ToArray();
        var confirmed = names.Where(name => name.Confirmed).ToArray();
        var verdict = confirmed.Length > 0 ? DriftVerdict.Drift : names.Length > 0 ? DriftVerdict.Suspected : DriftVerdict.NoDrift;
        if (verdict == state.Verdict && state.Worst.SequenceEqual(names))
        {
            return state;
        }

        return state with
        {
            Verdict = verdict,
            Since = verdict != DriftVerdict.Drift ? null : state.Verdict == DriftVerdict.Drift ? state.Since : confirmed.Min(name => name.Since),
            Watched = findings.Count,
            Beyond = findings.Count(finding => finding.IsBeyond),
            Worst = names,
        };
    }

    static DriftedName Begin(DriftPolicy policy, DriftFinding finding, DateTimeOffset now) =>
        Show(new DriftedName { Kind = finding.Kind, Name = finding.Name, Since = now, Looks = 1, Confirmed = policy.Looks <= 1 }, finding);

    /// <summary>Null: it is let go.</summary>
    static DriftedName? Follow(DriftPolicy policy, DriftedName name, DriftFinding? finding)
    {
        if (finding is null)
        {
            // A name that is no longer judged at all, by a changed policy, must not keep the drift alive for ever.
            return policy.Ignored.Contains(name.Name) || (name.Kind == DriftKind.Quality && policy.MinAccuracy is null) ? null : name;
        }

        if (!name.Confirmed)
        {
            var looks = Math.Min(name.Looks + 1, policy.Looks);
            return finding.IsBeyond ? Show(name with { Looks = looks, Confirmed = looks >= policy.Looks }, finding) : null;
        }

        var within = finding.Ratio < (name.Kind == DriftKind.Quality ? 1 : Release);
        if (within)
        {
            return name.LooksWithin + 1 >= policy.Looks ? null : name with { LooksWithin = name.LooksWithin + 1 };
        }

        name = name with { LooksWithin = 0 };
        return IsNews(name, finding) ? Show(name, finding) : name;
    }

    /// <summary>Figures move a little at every look; a status that is written each time would be work for everybody who watches it.</summary>
    static bool IsNews(DriftedName name, DriftFinding finding) =>
        Math.Abs((name.Psi ?? 0) - (finding.Psi ?? 0)) > Math.Max(0.1, 0.5 * (name.Psi ?? 0))
        || Math.Abs((name.Ks ?? 0) - (finding.Ks ?? 0)) > 0.15
        || Math.Abs((name.Accuracy ?? 0) - (finding.Accuracy ?? 0)) > 0.05;

    static DriftedName Show(DriftedName name, DriftFinding finding) => name with
    {
        Psi = Round(finding.Psi),
        Ks = Round(finding.Ks),
        Distance = Round(finding.Distance),
        PValue = finding.PValue is { } p ? double.Parse(p.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null,
        Accuracy = Round(finding.Accuracy),
        Samples = finding.Samples,
        BaselineSamples = finding.BaselineSamples,
    };

    static double? Round(double? value) => value is { } number ? Math.Round(number, 4) : null;
}
