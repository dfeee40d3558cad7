using System.Text;
using System.Threading.Channels;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>Reports pods' states as a kubelet would: a control plane alone has none.</summary>
internal sealed class PodPlayer : IAsyncDisposable
{
    public const string Ready =
        """{"status":{"phase":"Running","podIP":"127.0.0.1","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"c","image":"i","imageID":"i","ready":true,"restartCount":0,"state":{"running":{}}}]}}""";

    public const string CrashLoop =
        """{"status":{"phase":"Running","podIP":"127.0.0.1","conditions":[{"type":"Ready","status":"False"}],"containerStatuses":[{"name":"c","image":"i","imageID":"i","ready":false,"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off"}},"lastState":{"terminated":{"exitCode":12,"message":"opset 99 is unknown"}}}]}}""";

    /// <summary>Its pods crash.</summary>
    public const string BrokenImage = "broken:1";

    private readonly KubernetesClient _client;
    private readonly string _namespace;
    private readonly Func<Pod, string> _stateOf;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _playing;

    /// <param name="stateOf">Merge patch of a pod's status.</param>
    public PodPlayer(KubernetesClient client, string ns, Func<Pod, string>? stateOf = null)
    {
        _client = client;
        _namespace = ns;
        _stateOf = stateOf ?? (_ => Ready);
        _playing = PlayAsync();
    }

    public static string ByImage(Pod pod) => pod.Spec!.Containers![0].Image == BrokenImage ? CrashLoop : Ready;

    public static string RevisionOf(Pod pod) => pod.Metadata.Labels?.GetValueOrDefault(Labels.Revision) ?? "";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _playing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task PlayAsync()
    {
        var changed = Channel.CreateUnbounded<Pod>();
        await using var following = new Following<Pod>(_client, Resources.Pods, _namespace, change => changed.Writer.TryWrite(change.Current), labels: null);
        var played = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var pod in changed.Reader.ReadAllAsync(_stop.Token))
        {
            if (pod.Metadata.DeletionTimestamp is null && played.Add(pod.Metadata.Uid!))
                await PatchAsync(pod);
        }
    }

    private async Task PatchAsync(Pod pod)
    {
        while (true)
        {
            try
            {
                await _client.MergePatchAsync(Resources.Pods, _namespace, pod.Metadata.Name!, Encoding.UTF8.GetBytes(_stateOf(pod)), _stop.Token, "status");
                return;
            }
            catch (KubernetesException e) when (e.Error == KubernetesError.NotFound)
            {
                // Deleted meanwhile.
                return;
            }
            catch (KubernetesException e) when (e.Error == KubernetesError.Unavailable)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, _stop.Token);
            }
        }
    }
}
