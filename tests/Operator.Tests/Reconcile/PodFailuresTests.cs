using Canario.Kubernetes.Models;
using Canario.Operator.Reconcile;

namespace Canario.Operator.Tests.Reconcile;

public sealed class PodFailuresTests
{
    [Theory]
    [InlineData("CrashLoopBackOff", 1, null, "CrashLoopBackOff")]
    [InlineData("CrashLoopBackOff", 10, null, PodFailures.ModelUnavailable)]
    [InlineData("CrashLoopBackOff", 12, null, PodFailures.ModelLoadFailed)]
    [InlineData("CrashLoopBackOff", 137, "OOMKilled", PodFailures.OutOfMemory)]
    [InlineData("ImagePullBackOff", null, null, "ImagePullBackOff")]
    [InlineData("InvalidImageName", null, null, "InvalidImageName")]
    [InlineData("ContainerCreating", null, null, null)]
    [InlineData("ErrImagePull", null, null, null)]
    [InlineData(null, 11, null, PodFailures.WrongDigest)]
    [InlineData(null, 2, null, PodFailures.BadConfiguration)]
    [InlineData(null, 13, null, PodFailures.WarmUpFailed)]
    [InlineData(null, 10, null, null)]
    [InlineData(null, 1, null, null)]
    [InlineData(null, 137, "OOMKilled", PodFailures.OutOfMemory)]
    public void A_containers_state_says_whether_waiting_helps(string? waiting, int? exitCode, string? ended, string? expected)
    {
        var terminated = exitCode is null ? null : new ContainerStateTerminated { ExitCode = exitCode, Reason = ended, Message = "last words" };
        var state = waiting is null ? new ContainerState { Terminated = terminated } : new ContainerState { Waiting = new ContainerStateWaiting { Reason = waiting } };
        var failure = PodFailures.Find([Pod(state, waiting is null ? null : new ContainerState { Terminated = terminated })]);

        Assert.Equal(expected, failure?.Reason);
        if (expected is not null && exitCode is not null)
            Assert.Contains("last words", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_that_recovered_or_a_pod_that_leaves_fails_nobody()
    {
        var crashed = new ContainerState { Terminated = new ContainerStateTerminated { ExitCode = 12 } };
        var recovered = Pod(new ContainerState { Running = new ContainerStateRunning() }, crashed, ready: true);
        var leaving = Pod(crashed, null);
        leaving.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;

        Assert.Null(PodFailures.Find([recovered, leaving]));
    }

    private static Pod Pod(ContainerState state, ContainerState? last, bool ready = false) => new()
    {
        Metadata = new ObjectMeta { Name = "p" },
        Status = new PodStatus { ContainerStatuses = [new ContainerStatus { Name = "c", Ready = ready, State = state, LastState = last }] },
    };
}
