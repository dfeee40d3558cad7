using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>An inspector that finds nothing in anything would prove nothing.</summary>
public sealed class StatusInspectorTests
{
    private static readonly DateTimeOffset s_since = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_settled_status_is_fine() => Assert.Empty(await InspectAsync(Build()));

    [Theory]
    [InlineData(nameof(RolloutPhase.Progressing), "True", "False", "False", "Current while the rollout is not over")]
    [InlineData(nameof(RolloutPhase.RolledBack), "False", "True", "False", "InProgress when nothing more will happen")]
    [InlineData(nameof(RolloutPhase.Healthy), "False", "False", "True", "Failed")]
    [InlineData(nameof(RolloutPhase.Healthy), "True", "True", "False", "must be one")]
    public async Task Conditions_that_contradict_the_phase_are_found(string phase, string ready, string reconciling, string stalled, string expected) =>
        Assert.Contains(await InspectAsync(Build(phase, ready, reconciling, stalled)), finding => finding.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public async Task A_generation_that_is_not_the_one_observed_is_found()
    {
        var deployment = Build();
        deployment.Status!.ObservedGeneration = 1;

        Assert.Contains(await InspectAsync(deployment), finding => finding.Contains("observedGeneration is 1, of generation 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_time_of_transition_that_moves_without_one_is_found()
    {
        var later = Build();
        later.Status!.Conditions = [.. later.Status.Conditions!.Select(c => c with { LastTransitionTime = s_since.AddMinutes(1) })];

        Assert.Equal(5, (await InspectAsync(Build(), later)).Count);
    }

    private static async Task<IReadOnlyList<string>> InspectAsync(params ModelDeployment[] written)
    {
        using var inspector = new StatusInspector().Around(new Storing());
        // By the client that the operator has: a way of writing that the inspector does not know would be found here.
        using var client = new KubernetesClient(new ClusterAccess { Server = new Uri("http://cluster") }, new KubernetesClientOptions { Wrap = _ => inspector });
        foreach (var deployment in written)
            await client.ReplaceStatusAsync(ModelDeployments.Resource, deployment, default);
        Assert.Equal(written.Length, inspector.Inspected);
        return inspector.Findings;
    }

    private static ModelDeployment Build(string phase = nameof(RolloutPhase.Healthy), string ready = "True", string reconciling = "False", string stalled = "False") => new()
    {
        Metadata = new ObjectMeta { Namespace = "team", Name = "m", Uid = "u", Generation = 2, ResourceVersion = "1" },
        Status = new ModelDeploymentStatus
        {
            ObservedGeneration = 2,
            Phase = phase,
            StableRevision = "m-1",
            Ready = "1/1",
            Conditions =
            [
                Is(ConditionTypes.Ready, ready), Is(ConditionTypes.Reconciling, reconciling), Is(ConditionTypes.Stalled, stalled),
                Is(ConditionTypes.DriftDetected, "False"), Is(ConditionTypes.RollbackReady, "False"),
            ],
        },
    };

    private static Condition Is(string type, string status) => new() { Type = type, Status = status, ObservedGeneration = 2, LastTransitionTime = s_since, Reason = "R", Message = "M" };

    /// <summary>Answers the object with the status that the patch puts in.</summary>
    private sealed class Storing : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var patch = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!.AsArray();
            var status = patch.Single(operation => (string)operation!["path"]! == "/status")!["value"]!.Deserialize(ApiJson.Default.ModelDeploymentStatus);
            var stored = new ModelDeployment { Metadata = Build().Metadata, Status = status };
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(stored, ApiJson.Default.ModelDeployment)) };
        }
    }
}
