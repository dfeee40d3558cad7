using Canario.Kubernetes;
using Canario.Operator.Reconcile;

namespace Canario.Operator.Traffic;

/// <summary>One way to share traffic out. A new one is one folder and one line in <see cref="TrafficProviders"/>.</summary>
interface ITrafficProvider
{
    /// <summary>As in <c>spec.traffic.provider</c>.</summary>
    string Name { get; }

    /// <summary>Whether the state's split is in force.</summary>
    Task<TrafficReport> ObserveAsync(TrafficState traffic, CancellationToken cancellationToken);

    /// <summary>Makes the objects that bring the split into force; of those that are not there yet, the first of all that a reconcile makes.</summary>
    /// <param name="report">What was seen of this very state; null: the state is newer.</param>
    /// <returns>What somebody else must do first; null: nothing.</returns>
    Task<Obstacle?> ApplyAsync(TrafficState traffic, TrafficReport? report, CancellationToken cancellationToken);

    /// <summary>The model's Service, after its pods: one that cannot be made, because its name is taken, keeps no pod from starting.</summary>
    /// <param name="report">What was seen of this very state; null: the state is newer.</param>
    Task ApplyServiceAsync(TrafficState traffic, TrafficReport? report, CancellationToken cancellationToken);

    /// <summary>Another provider's split is in force: takes away what only this one needs.</summary>
    /// <returns>When to come back, where something has to stay for a while; null: nothing is left.</returns>
    Task<TimeSpan?> RetireAsync(TrafficState traffic, CancellationToken cancellationToken);

    /// <summary>When to ask again for a split that is not in force yet; null: an event will tell.</summary>
    TimeSpan? AskAgainIn(ObjectKey model, TrafficReport report);

    void Forget(ObjectKey model);
}
