using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Retraining;
using Canario.Rollouts;
using Microsoft.AspNetCore.Http;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>A model is trained anew: real Jobs on a real control plane, and events to a real receiver.</summary>
[Collection(ClusterGroup.Name)]
public sealed class RetrainingTests(ClusterFixture cluster) : IAsyncLifetime
{
    public const string CronJobName = "train";
    private string _ns = "";

    public async Task InitializeAsync() => _ns = await cluster.NewNamespaceAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_command_makes_one_Job_from_the_CronJob_and_the_revision_that_answers_is_linked()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await ServeAsync($$$"""{"cronJob":"{{{CronJobName}}}"}""");
        await CreateCronJobAsync(cluster.Client, _ns);

        await RetrainAsync("1");
        var job = await WaitForJobAsync(cluster.Client, _ns);
        var served = await Models.WaitAsync(cluster.Client, _ns, "under way", d => d.Status!.Retraining?.Current?.Phase == RetrainingPhase.Running);

        var id = served.Status!.Retraining!.Current!.Id;
        Assert.Equal(($"{Models.Name}-retrain-{id}", id, "plants"), (job.Metadata.Name, Variable(job, "CANARIO_RETRAINING_ID"), job.Metadata.Labels!["team"]));
        Assert.Equal(served.Metadata.Uid, Assert.Single(job.Metadata.OwnerReferences!).Uid);
        Assert.Equal("kept", Variable(job, "OWN"));
        var ended = await EndAsync(job, "Complete", "ended", d => d.Status!.Retraining is { Current: null, History.Count: 1 });
        Assert.Equal(RetrainingOutcome.Succeeded, ended.Status!.Retraining!.History[0].Outcome);

        // What a pipeline does in the end: the new model, and which retraining it comes from.
        await Models.PatchAsync(cluster.Client, _ns, $$$$$"""{"metadata":{"annotations":{"{{{{{Annotations.RetrainingId}}}}}":"{{{{{id}}}}}"}},"spec":{"model":{"uri":"http://models/v2/model.onnx"}}}""");
        var answered = await Models.WaitAsync(cluster.Client, _ns, "promoted", d => d.Status!.History?.Any(h => h.RetrainingId == id && h.Outcome == RolloutOutcomes.Promoted) == true);

        Assert.Equal(answered.Status!.StableRevision, answered.Status.Retraining!.History[0].AnsweredBy);
        Assert.Single((await cluster.Client.ListAsync(Resources.Jobs, _ns, null, default)).Items);
        await Eventually.TrueAsync(
            async () => (await ReasonsAsync()).ToHashSet().IsSupersetOf([RetrainingReasons.Started, "RetrainingSucceeded", RetrainingReasons.Answered]), "told");
    }

    [Fact]
    public async Task An_operator_that_is_killed_at_any_write_makes_one_Job_a_command()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await CreateCronJobAsync(cluster.Client, _ns);
        await using (await RunningOperator.StartAsync(cluster, _ns))
            await ServeAsync($$$"""{"cronJob":"{{{CronJobName}}}"}""");
        var commands = 0;
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var afterTheWrite in (bool[])[false, true])
        {
            // Its writes of a command are the status that holds the run, the Job, and the status that says so.
            for (var killAt = 1; killAt <= 3; killAt++)
            {
                var kill = new KillingHandler(killAt, afterTheWrite);
                await using (await RunningOperator.StartAsync(cluster, _ns, kill.Around))
                {
                    await RetrainAsync($"{++commands}");
                    await kill.Killed.WaitAsync(TimeSpan.FromSeconds(60));
                }

                await using (await RunningOperator.StartAsync(cluster, _ns))
                {
                    var under = await Models.WaitAsync(cluster.Client, _ns, "under way", d => d.Status!.Retraining is { Current.Phase: RetrainingPhase.Running } r && r.Command == $"{commands}");
                    var job = Assert.Single((await cluster.Client.ListAsync(Resources.Jobs, _ns, null, default)).Items, job => !told.Contains(job.Metadata.Name!) && !HasEnded(job));
                    Assert.Equal($"{Models.Name}-retrain-{under.Status!.Retraining!.Current!.Id}", job.Metadata.Name);
                    await EndAsync(job, "Failed", "ended", d => d.Status!.Retraining!.History.Count == commands);
                    told.Add(job.Metadata.Name!);
                }
            }
        }

        Assert.All((await Models.GetAsync(cluster.Client, _ns)).Status!.Retraining!.History, record => Assert.Equal(RetrainingOutcome.Failed, record.Outcome));
    }

    [Fact]
    public async Task Of_the_Jobs_that_ended_the_newest_three_are_kept()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await ServeAsync($$$"""{"cronJob":"{{{CronJobName}}}"}""");
        await CreateCronJobAsync(cluster.Client, _ns);
        var under = await MakeEndedJobsAsync(cluster.Client, _ns, 5, ended: 4);

        var left = (await cluster.Client.ListAsync(Resources.Jobs, _ns, null, default)).Items.Select(job => job.Metadata.Name).ToHashSet();
        Assert.Equal(4, left.Count);
        Assert.Contains(under, left);
    }

    [Fact]
    public async Task An_event_is_sent_until_it_is_taken_under_one_id_with_the_Secret_s_header()
    {
        var got = new ConcurrentQueue<(string? Type, string? Authorization, JsonNode Body)>();
        await using var receiver = await LoopbackServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            got.Enqueue((context.Request.ContentType, context.Request.Headers.Authorization, JsonNode.Parse(await reader.ReadToEndAsync())!));
            context.Response.StatusCode = got.Count == 1 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status202Accepted;
        });
        await cluster.Client.CreateAsync(Resources.Secrets, new Secret { Metadata = new ObjectMeta { Namespace = _ns, Name = "events" }, Data = new Dictionary<string, byte[]> { ["token"] = Encoding.UTF8.GetBytes("Bearer t\n") } }, default);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await ServeAsync($$$$"""{"cloudEvent":{"url":"{{{{receiver.Address}}}}","authSecretRef":{"name":"events","key":"token"}}}""");

        await RetrainAsync("now");
        var delivered = await Models.WaitAsync(cluster.Client, _ns, "delivered", d => d.Status!.Retraining?.History is [{ Outcome: RetrainingOutcome.Delivered }]);

        Assert.Equal(2, got.Count);
        Assert.All(got, g => Assert.Equal(("application/cloudevents+json; charset=utf-8", "Bearer t"), (g.Type, g.Authorization)));
        var id = delivered.Status!.Retraining!.History[0].Id;
        Assert.All(got, g => Assert.Equal(
            ("1.0", "dev.canario.retraining.requested", id, $"/apis/canario.dev/v1alpha1/namespaces/{_ns}/modeldeployments/{Models.Name}"),
            ((string?)g.Body["specversion"], (string?)g.Body["type"], (string?)g.Body["id"], (string?)g.Body["source"])));
        Assert.Equal(("Command", delivered.Status.StableRevision), ((string?)got.First().Body["data"]!["trigger"], (string?)got.First().Body["data"]!["revision"]));
    }

    [Fact]
    public async Task What_cannot_come_to_anything_ends_at_once_and_says_why()
    {
        await using var receiver = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        });
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await ServeAsync($$$"""{"cloudEvent":{"url":"{{{receiver.Address}}}"}}""");
        await RetrainAsync("1");
        var refused = await Models.WaitAsync(cluster.Client, _ns, "refused", d => d.Status!.Retraining?.History.Count == 1);
        Assert.Equal(RetrainingOutcome.Undeliverable, refused.Status!.Retraining!.History[0].Outcome);
        Assert.Contains("answers 400", refused.Status.Retraining.History[0].Message, StringComparison.Ordinal);

        await Models.PatchAsync(cluster.Client, _ns, $$$$"""{"spec":{"retraining":{"cloudEvent":null,"cronJob":"{{{{CronJobName}}}}"}}}""");
        await RetrainAsync("2");
        var waiting = await Models.WaitAsync(cluster.Client, _ns, "tried", d => d.Status!.Retraining?.Current is { Attempts: 1 });
        Assert.Equal(("2", RetrainingPhase.Pending), (waiting.Status!.Retraining!.Command, waiting.Status.Retraining.Current!.Phase));

        // It comes with the next sync.
        await CreateCronJobAsync(cluster.Client, _ns);
        await WaitForJobAsync(cluster.Client, _ns);
    }

    internal static Task CreateCronJobAsync(KubernetesClient client, string ns)
    {
        const string Spec = """
            {"backoffLimit":0,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"train","image":"train:1","env":[{"name":"OWN","value":"kept"},{"name":"CANARIO_RETRAINING_ID","value":"none"}]}]}}}
            """;
        return client.CreateAsync(
            Resources.CronJobsV1Beta1,
            new CronJob
            {
                Metadata = new ObjectMeta { Namespace = ns, Name = CronJobName },
                Spec = new CronJobSpec
                {
                    Schedule = "0 0 1 1 *",
                    Suspend = true,
                    JobTemplate = new JobTemplateSpec { Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { ["team"] = "plants" } }, Spec = JsonDocument.Parse(Spec).RootElement },
                },
            },
            default);
    }

    /// <summary>Jobs of a model, the first ones ended; waits until only those that are kept are left of the ended.</summary>
    /// <returns>Name of the last one.</returns>
    internal static async Task<string> MakeEndedJobsAsync(KubernetesClient client, string ns, int count, int ended)
    {
        var owner = await Models.GetAsync(client, ns);
        var template = await client.GetAsync(Resources.CronJobsV1Beta1, ns, CronJobName, default);
        var names = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var run = new RetrainingRun { Id = $"{i:x8}", Trigger = RetrainingTrigger.Command, Message = "m", Revision = owner.Status!.StableRevision! };
            var job = await client.CreateAsync(Resources.Jobs, RetrainingJobs.Build(owner, run, template)!, default);
            names.Add(job.Metadata.Name!);
        }

        // Its controller may yet write a status that it began before the end; then that is told again.
        await Eventually.TrueAsync(
            async () =>
            {
                var left = (await client.ListAsync(Resources.Jobs, ns, null, default)).Items.FindAll(job => names.IndexOf(job.Metadata.Name!) is var i && i >= 0 && i < ended);
                foreach (var job in left.Where(job => !HasEnded(job)))
                    await FinishAsync(client, job, "Complete");
                return left.Count == RetrainingJobs.Kept;
            },
            $"{RetrainingJobs.Kept} ended Jobs are left");
        return names[^1];
    }

    private static bool HasEnded(Job job) => job.Status?.Conditions is { Count: > 0 };

    internal static async Task<Job> WaitForJobAsync(KubernetesClient client, string ns)
    {
        IReadOnlyList<Job> jobs = [];
        await Eventually.TrueAsync(async () => (jobs = (await client.ListAsync(Resources.Jobs, ns, null, default)).Items).Count > 0, "a Job is made");
        return Assert.Single(jobs);
    }

    internal static string Variable(Job job, string name)
    {
        var container = job.Spec!.Value.GetProperty("template").GetProperty("spec").GetProperty("containers")[0];
        return Assert.Single(container.GetProperty("env").EnumerateArray(), v => v.GetProperty("name").GetString() == name).GetProperty("value").GetString()!;
    }

    private async Task ServeAsync(string retraining)
    {
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.PatchAsync(cluster.Client, _ns, $$$$$"""{"spec":{"retraining":{{{{{retraining}}}}}}}""");
        await Models.WaitReadyAsync(cluster.Client, _ns);
    }

    private Task RetrainAsync(string nonce) => Models.PatchAsync(cluster.Client, _ns, $$$$"""{"metadata":{"annotations":{"{{{{Annotations.Retrain}}}}":"{{{{nonce}}}}"}}}""");

    /// <summary>As its controller would say.</summary>
    /// <summary>Its controller may yet write a status that it began before the end; then that is told again.</summary>
    private async Task<ModelDeployment> EndAsync(Job job, string condition, string what, Func<ModelDeployment, bool> over)
    {
        ModelDeployment? seen = null;
        await Eventually.TrueAsync(
            async () =>
            {
                seen = await Models.GetAsync(cluster.Client, _ns);
                if (over(seen))
                    return true;
                if (await cluster.Client.FindAsync(Resources.Jobs, _ns, job.Metadata.Name!, default) is { } live && !HasEnded(live))
                    await FinishAsync(cluster.Client, live, condition);
                return false;
            },
            what);
        return seen!;
    }

    private static Task FinishAsync(KubernetesClient client, Job job, string condition)
    {
        var json = $$$"""{"status":{"conditions":[{"type":"{{{condition}}}","status":"True","reason":"Test","message":"over"}]}}""";
        return Insist.OnConflictAsync(() => client.MergePatchAsync(Resources.Jobs, job.Metadata.Namespace, job.Metadata.Name!, Encoding.UTF8.GetBytes(json), default, "status"));
    }

    private async Task<IEnumerable<string?>> ReasonsAsync() =>
        (await cluster.Client.ListAsync(Resources.Events, _ns, null, default)).Items.Where(e => e.InvolvedObject?.Kind == ModelDeployment.KindName).Select(e => e.Reason);
}
