namespace Canario.Operator.Api;

static class MatchTargets
{
    public const string Candidate = "Candidate";
    public const string Stable = "Stable";
}
