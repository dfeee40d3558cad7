namespace Canario.Kubernetes.Tests;

/// <summary>A credential that a test replaces.</summary>
internal sealed class ChangingCredentials(Credential first) : IClusterCredentials
{
    private volatile Credential _now = first;

    public Credential Now
    {
        set => _now = value;
    }

    public ValueTask<Credential> GetAsync(bool renew, CancellationToken cancellationToken) => ValueTask.FromResult(_now);
}
