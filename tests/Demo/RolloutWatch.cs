namespace Canario.Demo;

/// <summary>Follows one rollout and prints each change of its status, as <c>kubectl get -w</c> would.</summary>
internal sealed class RolloutWatch(Kubectl kubectl, Progress progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits until <paramref name="reached"/>, or gives the last view when <paramref name="limit"/> has passed.</summary>
    public async Task<RolloutView> UntilAsync(Func<RolloutView, bool> reached, TimeSpan limit, CancellationToken cancellationToken)
    {
        var deadline = progress.Elapsed + limit;
        var printed = "";
        while (true)
        {
            var view = await kubectl.ReadAsync(cancellationToken);
            var line = view.ToString();
            if (line != printed)
            {
                progress.Say(line);
                printed = line;
            }

            if (reached(view) || progress.Elapsed > deadline)
            {
                return view;
            }

            await Task.Delay(Interval, cancellationToken);
        }
    }
}
