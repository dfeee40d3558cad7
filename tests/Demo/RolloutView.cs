using System.Text.Json;

namespace Canario.Demo;

/// <summary>What <c>kubectl get modeldeployment -o json</c> says, as far as an SRE looks at it.</summary>
/// <param name="Outcome">Of the newest rollout that is over: Promoted, RolledBack or Abandoned.</param>
internal sealed record RolloutView(
    long Generation, long ObservedGeneration, string Phase, string Reason, string Message, string Stable, string Candidate, string Step, int Weight, string Verdict, string Ready,
    string Outcome, string OutcomeReason)
{
    /// <summary>Stands for a text that is not there.</summary>
    public const string None = "-";

    public static RolloutView Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var status = root.TryGetProperty("status", out var given) ? given : default;
        var newest = status.ValueKind == JsonValueKind.Object && status.TryGetProperty("history", out var history) && history.GetArrayLength() > 0 ? history[0] : default;
        return new RolloutView(
            root.GetProperty("metadata").GetProperty("generation").GetInt64(),
            Number(status, "observedGeneration"),
            Text(status, "phase"),
            Text(status, "reason"),
            Text(status, "message"),
            Text(status, "stableRevision"),
            Text(status, "candidateRevision"),
            Text(status, "step"),
            (int)Number(status, "weight"),
            Text(status, "verdict"),
            Text(status, "ready"),
            Text(newest, "outcome"),
            Text(newest, "reason"));
    }

    /// <summary>Status speaks of the newest spec, and nothing is under way.</summary>
    public bool IsSettled => ObservedGeneration >= Generation && Phase is "Healthy" or "RolledBack" or "Stalled";

    public override string ToString() =>
        $"{Phase,-11} step {Step,-4} weight {Weight,3} %  ready {Ready,-4} stable {Stable}  candidate {Candidate}  {Verdict}  {Reason}: {Message}";

    private static string Text(JsonElement status, string name) =>
        status.ValueKind == JsonValueKind.Object && status.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : None;

    private static long Number(JsonElement status, string name) =>
        status.ValueKind == JsonValueKind.Object && status.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}
