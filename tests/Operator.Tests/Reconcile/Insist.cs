using Canario.Kubernetes;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>The operator writes the same object at the same moment: the API server gives a patch up that was overtaken too often, and people try again.</summary>
internal static class Insist
{
    private const int MaxAttempts = 20;

    public static async Task OnConflictAsync(Func<Task> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await write();
                return;
            }
            catch (KubernetesException e) when (e.Error == KubernetesError.Conflict && attempt < MaxAttempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}
