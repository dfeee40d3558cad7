using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Rollouts;

namespace Canario.Operator.Retraining;

/// <summary>Jobs out of CronJobs, as <c>kubectl create job --from</c> makes them, with the report handed over. Pure.</summary>
static class RetrainingJobs
{
    public const string IdVariable = "CANARIO_RETRAINING_ID";
    public const string ReportVariable = "CANARIO_RETRAINING_REPORT";

    /// <summary>Ended Jobs kept of a model, for their logs.</summary>
    public const int Kept = 3;

    private const string Complete = "Complete";
    private const string TimeToLive = "ttlSecondsAfterFinished";
    private const int WeekInSeconds = 7 * 24 * 3600;

    private static readonly string[] s_lists = ["containers", "initContainers"];

    public static string BuildName(string model, string id) => $"{model}-retrain-{id}";

    /// <returns>Null: the CronJob holds no template that a Job could be made of.</returns>
    public static Job? Build(ModelDeployment deployment, RetrainingRun run, CronJob cronJob)
    {
        if (cronJob.Spec?.JobTemplate is not { Spec: { ValueKind: JsonValueKind.Object } written } template
            || JsonObject.Create(written) is not { } spec
            || spec["template"] is not JsonObject pods
            || pods["spec"] is not JsonObject podSpec
            || podSpec["containers"] is not JsonArray)
        {
            return null;
        }

        // A copy: nodes of the cached object are nobody's to change.
        spec = spec.DeepClone().AsObject();
        pods = spec["template"]!.AsObject();
        podSpec = pods["spec"]!.AsObject();
        var report = JsonSerializer.Serialize(RetrainingReport.Build(deployment.Metadata.Namespace!, deployment.Metadata.Name!, run), ApiJson.Default.RetrainingReport);
        foreach (var container in s_lists.SelectMany(list => podSpec[list] as JsonArray ?? []).OfType<JsonObject>())
        {
            SetVariable(container, IdVariable, run.Id);
            SetVariable(container, ReportVariable, report);
        }

        // The newest are kept by number; those of a model that is trained no more go by age.
        spec[TimeToLive] ??= WeekInSeconds;
        Annotate(pods, run.Id);
        var metadata = Objects.BuildOwned(deployment, BuildName(deployment.Metadata.Name!, run.Id));
        var labels = new SortedDictionary<string, string>(template.Metadata?.Labels?.ToDictionary() ?? [], StringComparer.Ordinal);
        foreach (var (name, value) in metadata.Labels!)
            labels[name] = value;
        var annotations = new SortedDictionary<string, string>(template.Metadata?.Annotations?.ToDictionary() ?? [], StringComparer.Ordinal) { [Annotations.RetrainingId] = run.Id };
        return new Job { Metadata = metadata with { Labels = labels, Annotations = annotations }, Spec = JsonSerializer.SerializeToElement(spec, ApiJson.Default.JsonObject) };
    }

    /// <summary>How a Job stands.</summary>
    public static RetrainingJob? Observe(ModelDeployment deployment, RetrainingRun run, Job? job)
    {
        if (job?.Metadata.OwnerReferences?.Any(owner => owner.Uid == deployment.Metadata.Uid) != true)
            return null;
        if (FindEnd(job) is not { } end)
            return new RetrainingJob(run.Id, null, "");
        var succeeded = end.Type == Complete;
        var why = succeeded ? "complete" : $"failed: {end.Reason}: {end.Message}";
        return new RetrainingJob(run.Id, succeeded, $"Job {job.Metadata.Name} {(succeeded ? "is " : "")}{why}.");
    }

    /// <summary>Ended ones beyond <see cref="Kept"/>, the oldest. Not every cluster deletes Jobs when their time to live is over: Kubernetes 1.20 does not.</summary>
    public static IEnumerable<Job> FindOld(IEnumerable<Job> jobs) => jobs
        .Where(job => FindEnd(job) is not null)
        .OrderByDescending(job => job.Metadata.CreationTimestamp)
        .ThenByDescending(job => job.Metadata.Name, StringComparer.Ordinal)
        .Skip(Kept);

    private static Condition? FindEnd(Job job) => job.Status?.Conditions?.FirstOrDefault(condition => condition is { Status: "True", Type: Complete or "Failed" });

    private static void SetVariable(JsonObject container, string name, string value)
    {
        if (container["env"] is not JsonArray variables)
            container["env"] = variables = [];
        foreach (var old in variables.OfType<JsonObject>().Where(variable => (string?)variable["name"] == name).ToList())
            variables.Remove(old);
        variables.Add((JsonNode)new JsonObject { ["name"] = name, ["value"] = value });
    }

    private static void Annotate(JsonObject pods, string id)
    {
        if (pods["metadata"] is not JsonObject metadata)
            pods["metadata"] = metadata = [];
        if (metadata["annotations"] is not JsonObject annotations)
            metadata["annotations"] = annotations = [];
        annotations[Annotations.RetrainingId] = id;
    }
}
