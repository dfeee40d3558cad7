using Canario.Contract;
using Canario.Router.Forwarding;
using Canario.Router.Http1;
using Canario.Router.Routing;

namespace Canario.Router.Mirroring;

/// <summary>A request that is copied: what the user sent and got, then what the revision on trial answered. Used by one thread after the other.</summary>
internal sealed class MirrorCopy : IDisposable
{
    private readonly MirrorBytes _body;
    private readonly MirrorBytes _request;
    private bool _hasWholeBody;
    private string _stable = "";

    public MirrorCopy(Mirror mirror, MirrorBudget budget)
    {
        Mirror = mirror;
        int limit = mirror.Options.MaxBodyBytes;
        _body = new MirrorBytes(budget, limit);
        _request = new MirrorBytes(budget, limit + RequestHead.MaxBytes * 2);
        Stable = new MirrorAnswer(budget, limit);
        Candidate = new MirrorAnswer(budget, limit);
    }

    public Mirror Mirror { get; }

    /// <summary>What the user got.</summary>
    public MirrorAnswer Stable { get; }

    public MirrorAnswer Candidate { get; }

    public TimeSpan Timeout { get; private set; }

    /// <summary>Head and body, as they are sent.</summary>
    public ReadOnlyMemory<byte> Request => _request.Memory;

    /// <summary>The body that came with its head. A second attempt keeps it again.</summary>
    public void KeepWhole(ReadOnlySpan<byte> body)
    {
        _body.Clear();
        Keep(body, isLast: true);
    }

    public void Keep(ReadOnlySpan<byte> part, bool isLast)
    {
        _body.Append(part);
        _hasWholeBody = isLast;
    }

    /// <summary>Makes the request out of what was kept.</summary>
    /// <returns>False: there will be no copy; it is counted and over.</returns>
    public bool TryWrite(Http1Exchange x, Backend served, Outcome outcome, TimeSpan timeout)
    {
        _stable = served.Revision;
        Timeout = timeout;
        if (outcome.Reason is not null || served == Mirror.Backend || !(_hasWholeBody || x.Body.IsComplete)) return Drop(DropReasons.NotAnswered);
        if (!_body.IsWhole) return Drop(_body.IsTooLong ? DropReasons.BodyTooLarge : DropReasons.Memory);
        RequestWriter.WriteCopy(x.Output, x, Mirror.Backend.RevisionBytes, _body.Length);
        _request.Append(x.Output.Memory.Span);
        x.Output.Clear();
        _request.Append(_body.Memory.Span);
        _body.Dispose();
        return _request.IsWhole || Drop(DropReasons.Memory);
    }

    /// <returns>False.</returns>
    public bool Drop(string reason)
    {
        Mirror.Metrics.CountDropped(reason);
        Dispose();
        return false;
    }

    /// <summary>Both answers are there, or will not be.</summary>
    public void Compare()
    {
        var difference = default(AnswerDifference);
        try
        {
            string result = (Stable.IsSuccess, Candidate.IsSuccess) switch
            {
                (true, false) => ShadowOutcomes.CandidateFailed,
                (false, true) => ShadowOutcomes.StableFailed,
                (false, false) => ShadowOutcomes.BothFailed,
                _ when !AnswerComparison.TryCompare(Stable, Candidate, out difference) => ShadowOutcomes.NotComparable,
                _ => difference.Disagrees ? ShadowOutcomes.Disagreed : ShadowOutcomes.Agreed,
            };
            Mirror.Metrics.Count(_stable, result, difference, Candidate.Slice);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>It is over, once: its place and its memory are another's.</summary>
    public void Dispose()
    {
        _body.Dispose();
        _request.Dispose();
        Stable.Dispose();
        Candidate.Dispose();
        Mirror.Leave();
    }
}
