using Canario.Demo;

namespace Canario.Chaos;

/// <summary>Kills at random, every few seconds, for as long as a rollout goes on.</summary>
internal sealed class Disturbance(Killer killer, Func<CancellationToken, Task<RolloutView?>> read, Random random, Progress progress)
{
    private static readonly Victim[] s_victims = Enum.GetValues<Victim>();

    public int Kills { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1 + (random.NextDouble() * 5)), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested || await read(CancellationToken.None) is not { } view)
                continue;
            try
            {
                // To its end: what is stopped half-way would stay dead.
                if (await killer.KillAsync(s_victims[random.Next(s_victims.Length)], view, CancellationToken.None) is not { } what)
                    continue;
                Kills++;
                progress.Say($"killed {what}");
            }
            catch (DemoException)
            {
                // The API server is only just coming back: this one lives on.
            }
        }
    }
}
