using System.Text.Json;

namespace Canario.Demo;

/// <summary>What <c>kubectl get modeldeployment -o json</c> says, as far as an SRE looks at it.</summary>
internal sealed record RolloutView(
    long Generation, long ObservedGeneration, string Phase, string Reason, string Message, string Stable, string Candidate, string Step, int Weight, string Verdict, string Ready)
{
    public static RolloutView Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var status = root.TryGetProperty("status", out var given) ? given : default;
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
            Text(status, "ready"));
    }

    /// <summary>Status speaks of the newest spec, and nothing is under way.</summary>
    public bool IsSettled => ObservedGeneration >= Generation && Phase is "Healthy" or "RolledBack" or "Stalled";

    public override string ToString() =>
        $"{Phase,-11} step {Step,-4} weight {Weight,3} %  ready {Ready,-4} stable {Stable}  candidate {Candidate}  {Verdict}  {Reason}: {Message}";

    private static string Text(JsonElement status, string name) =>
        status.ValueKind == JsonValueKind.Object && status.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "-";

    private static long Number(JsonElement status, string name) =>
        status.ValueKind == JsonValueKind.Object && status.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}
