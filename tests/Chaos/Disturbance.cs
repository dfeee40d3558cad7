using Canario.Demo;

namespace Canario.Chaos;

/// <summary>Kills at random, every few seconds, for as long as a rollout goes on.</summary>
internal sealed class Disturbance(Killer killer, Func<CancellationToken, Task<RolloutView?>> read, Random random, Progress progress)
{
    private static readonly Victim[] s_victims = Enum.GetValues<Victim>();

    /// <summary>Of the API server: Kubernetes' own controllers and kubelet need half a minute and more to find back to one that goes again and again, and nothing would happen meanwhile.</summary>
    private const int MostOfApiServer = 1;

    private readonly Dictionary<Victim, int> _killed = [];

    public IReadOnlyDictionary<Victim, int> Killed => _killed;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1 + (random.NextDouble() * 5)), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested || await read(CancellationToken.None) is not { } view)
                continue;
            var victim = s_victims[random.Next(s_victims.Length)];
            if (victim == Victim.ApiServer && _killed.GetValueOrDefault(victim) == MostOfApiServer)
                continue;
            try
            {
                // To its end: what is stopped half-way would stay dead.
                if (await killer.KillAsync(victim, view, CancellationToken.None) is not { } what)
                    continue;
                _killed[victim] = _killed.GetValueOrDefault(victim) + 1;
                progress.Say($"killed {what}");
            }
            catch (DemoException)
            {
                // The API server is only just coming back: this one lives on.
            }
        }
    }
}
