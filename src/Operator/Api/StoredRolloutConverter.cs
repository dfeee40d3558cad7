using System.Text.Json;
using System.Text.Json.Serialization;
using Canario.Rollouts;

namespace Canario.Operator.Api;

/// <summary>
/// The API server checks nothing of status.rollout: after a downgrade, or an edit by hand, it may hold anything. One such object must not end the watch of
/// all, so what cannot be read becomes a state that says so; see <see cref="Reconcile.RolloutMemory"/>.
/// </summary>
sealed class StoredRolloutConverter : JsonConverter<RolloutState>
{
    /// <summary>In message; the rest of what the serialiser says is of no use to people.</summary>
    private const int LongestProblem = 200;

    public override RolloutState? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Where a reader stands after a failure is not said; the copy stands where the value begins.
        var whole = reader;
        try
        {
            var state = JsonSerializer.Deserialize(ref reader, ApiJson.Default.RolloutState);
            if (state is null)
                return null;
            // The serialiser does not keep the initial value of a field that a document leaves out; one from before the field existed does.
            return FindProblem(state) is { } problem ? Unreadable(problem) : state with { Reason = state.Reason ?? "", Message = state.Message ?? "" };
        }
        catch (JsonException e)
        {
            reader = whole;
            reader.Skip();
            return Unreadable(e.Message);
        }
    }

    public override void Write(Utf8JsonWriter writer, RolloutState value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, ApiJson.Default.RolloutState);

    private static RolloutState Unreadable(string problem) => new()
    {
        Reason = RolloutReasons.StateUnreadable,
        Message = problem.Length <= LongestProblem ? problem : string.Concat(problem.AsSpan(0, LongestProblem), "…"),
    };

    /// <summary>Sums of time are compared with deadlines: what is far beyond any would only overflow.</summary>
    private static bool IsNoLength(TimeSpan time) => time < TimeSpan.Zero || time > TimeSpan.FromDays(36_500);

    /// <summary>What the types alone do not keep out.</summary>
    private static string? FindProblem(RolloutState state) => state switch
    {
        { Phase: var phase } when !Enum.IsDefined(phase) => $"phase {(int)phase} is none",
        { ResumePhase: { } phase } when !Enum.IsDefined(phase) => $"resumePhase {(int)phase} is none",
        { Weight: < 0 or > 100 } => $"weight {state.Weight} is not within 0 and 100",
        { Mirror: < 0 or > 100 } => $"mirror {state.Mirror} is not within 0 and 100",
        { StepIndex: < 0 } => $"stepIndex {state.StepIndex} is negative",
        { StableReplicas: < 0 } => $"stableReplicas {state.StableReplicas} is negative",
        { CandidateReplicas: < 0 } => $"candidateReplicas {state.CandidateReplicas} is negative",
        { Replicas: < 0 } => $"replicas {state.Replicas} is negative",
        { CapacityLosses: < 0 } => $"capacityLosses {state.CapacityLosses} is negative",
        _ when IsNoLength(state.CapacityMissingFor) => $"capacityMissingFor {state.CapacityMissingFor} is no length of time in a step",
        _ when IsNoLength(state.StableLostFor) => $"stableLostFor {state.StableLostFor} is no length of time in a step",
        _ when state.Rejected.Any(r => r?.Revision is null || r.Reason is null || r.Message is null) => "rejected has an entry that is not complete",
        _ when state.Concluded.Any(c => c?.Revision is null || c.Message is null || c.Reason is null) => "concluded has an entry that is not complete",
        _ when state.Served.Any(r => r is null) => "served has an entry that is none",
        { Undo: { To: null } or { Of: null } } => "undo is not complete",
        _ when state.Gates.Any(g => g?.Name is null || g.Type is null) => "gates has an entry that is not complete",
        _ => null,
    };
}
