using Canario.Operator.Crd;

namespace Canario.Operator.Api;

[Rule("has(self.header) != has(self.cookie)", "needs either header or cookie")]
sealed record MatchSettings
{
    [Schema("Name of a request header.", MinLength = 1, MaxLength = 128, Pattern = Limits.HeaderPattern)]
    public string? Header { get; set; }

    [Schema("Name of a cookie.", MinLength = 1, MaxLength = 128, Pattern = Limits.HeaderPattern)]
    public string? Cookie { get; set; }

    [Schema("The exact value.", Required = true, MinLength = 1, MaxLength = 1024)]
    public string Value { get; set; } = "";

    [Schema("The side that such requests go to while there are two.")]
    [Values(MatchTargets.Candidate, MatchTargets.Stable)]
    public string Target { get; set; } = MatchTargets.Candidate;
}
