using System.Globalization;

namespace Canario.Demo;

/// <summary>Follows one rollout and prints each change of its status, as <c>kubectl get -w</c> would.</summary>
internal sealed class RolloutWatch(Kubectl kubectl, string @namespace, Progress progress)
{
    /// <summary>Waits until <paramref name="reached"/>.</summary>
    /// <param name="what">What is waited for, for the message when <paramref name="limit"/> has passed: the last view would often pass for the result.</param>
    /// <exception cref="DemoException">The limit has passed.</exception>
    public async Task<RolloutView> UntilAsync(string what, Func<RolloutView, bool> reached, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        var printed = "nothing";
        try
        {
            while (true)
            {
                await foreach (var view in kubectl.WatchAsync(@namespace, deadline.Token))
                {
                    var line = view.ToString();
                    if (line != printed)
                    {
                        progress.Say(line);
                        printed = line;
                    }

                    if (reached(view))
                    {
                        return view;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DemoException(string.Create(CultureInfo.InvariantCulture, $"{what} did not come within {limit.TotalSeconds:0} s; last seen: {printed}"));
        }
    }
}
