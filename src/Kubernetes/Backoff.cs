namespace Canario.Kubernetes;

/// <summary>Waits that double, each with up to as much again added by chance, so that many clients do not come at once. Not safe for concurrent use.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private int _attempts;

    public TimeSpan Next()
    {
        var wait = For(first, longest, _attempts++);
#pragma warning disable CA5394 // Spreads load; not a secret.
        return wait * (1 + Random.Shared.NextDouble());
#pragma warning restore CA5394
    }

    public void Reset() => _attempts = 0;

    /// <summary>first · 2^attempts, at most longest.</summary>
    public static TimeSpan For(TimeSpan first, TimeSpan longest, int attempts)
    {
        var wait = first.TotalSeconds * Math.Pow(2, Math.Min(attempts, 60));
        return wait >= longest.TotalSeconds ? longest : TimeSpan.FromSeconds(wait);
    }
}
