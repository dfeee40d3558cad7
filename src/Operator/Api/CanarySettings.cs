using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record CanarySettings
{
    [Schema("The steps before 100 %. Default: 10, 25 and 50 %, a minute each, with all gates.", MaxItems = Limits.Steps)]
    [Rule("self.map(s, s.weight).isSorted() && self.all(a, self.exists_one(b, a.weight == b.weight))", "each step's weight must be greater than the one before it")]
    public IReadOnlyList<CanaryStepSettings> Steps { get; set; } = [];
}
