namespace Canario.Operator.Api;

static class RolloutOutcomes
{
    public const string Promoted = "Promoted";
    public const string RolledBack = "RolledBack";
    public const string Abandoned = "Abandoned";
    public const string Concluded = "Concluded";

    public static IReadOnlyList<string> All { get; } = [Promoted, RolledBack, Abandoned, Concluded];
}
