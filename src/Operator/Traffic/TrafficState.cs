using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Traffic;

/// <summary>What a split follows from.</summary>
/// <param name="World">That of the state.</param>
/// <param name="Revisions">Those of the world, as seen last.</param>
/// <param name="Port">The model's listener at its namespace's routers.</param>
sealed record TrafficState(ModelDeployment Deployment, RolloutPlan Plan, World World, RolloutState State, IReadOnlyList<RevisionObservation> Revisions, int Port);
