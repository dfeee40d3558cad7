using System.Globalization;
using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>Reads from container states why a revision cannot serve. Pure.</summary>
static class PodFailures
{
    public const string OutOfMemory = "OOMKilled";
    public const string BadConfiguration = "BadConfiguration";
    public const string ModelUnavailable = "ModelUnavailable";
    public const string WrongDigest = "WrongDigest";
    public const string ModelLoadFailed = "ModelLoadFailed";
    public const string WarmUpFailed = "WarmUpFailed";

    private const string CrashLoop = "CrashLoopBackOff";
    private const int LongestMessage = 512;

    // Not ErrImagePull nor CreateContainerConfigError: both come once by themselves under load, and what stays becomes one of these or misses the deadline.
    private static readonly string[] s_hopeless = [CrashLoop, "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"];

    /// <summary>The first failure of the pods in the order of their names, so that the same facts give the same answer; null: none fails.</summary>
    public static PodFailure? Find(IEnumerable<Pod> pods) => pods
        .Where(p => p.Metadata.DeletionTimestamp is null)
        .OrderBy(p => p.Metadata.Name, StringComparer.Ordinal)
        .Select(Find)
        .FirstOrDefault(f => f is not null);

    private static PodFailure? Find(Pod pod)
    {
        foreach (var container in (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []))
        {
            if (container.Ready != true && Find(pod, container) is { } failure)
                return failure;
        }

        return null;
    }

    private static PodFailure? Find(Pod pod, ContainerStatus container)
    {
        var waiting = container.State?.Waiting;
        var ended = container.State?.Terminated ?? container.LastState?.Terminated;
        var cause = ended is null ? null : NameOf(ended);
        // These ends come again however often the container is started; the first one says it all.
        if (ended is not null && cause is OutOfMemory or BadConfiguration or WrongDigest or ModelLoadFailed or WarmUpFailed)
            return Describe(pod, container, cause!, ended, null);
        if (waiting?.Reason is not { } reason || !s_hopeless.Contains(reason))
            return null;
        return Describe(pod, container, reason == CrashLoop && cause is not null ? cause : reason, reason == CrashLoop ? ended : null, waiting.Message);
    }

    private static string? NameOf(ContainerStateTerminated ended) => ended switch
    {
        { Reason: OutOfMemory } => OutOfMemory,
        { ExitCode: ExitCodes.BadConfiguration } => BadConfiguration,
        { ExitCode: ExitCodes.ModelUnavailable } => ModelUnavailable,
        { ExitCode: ExitCodes.WrongDigest } => WrongDigest,
        { ExitCode: ExitCodes.ModelLoadFailed } => ModelLoadFailed,
        { ExitCode: ExitCodes.WarmUpFailed } => WarmUpFailed,
        _ => null,
    };

    private static PodFailure Describe(Pod pod, ContainerStatus container, string reason, ContainerStateTerminated? ended, string? said)
    {
        var words = (ended?.Message is { Length: > 0 } last ? last : said ?? "").Trim();
        if (words.Length > LongestMessage)
            words = string.Concat(words.AsSpan(0, LongestMessage), "…");
        var exit = ended?.ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $" exited with code {code}") : "";
        return new PodFailure(reason, $"Pod {pod.Metadata.Name}, container {container.Name}{exit}{(words.Length > 0 ? ": " + words : "")}");
    }
}
