namespace Canario.Operator.Reconcile;

/// <summary>What keeps a ModelDeployment's objects from being as they should.</summary>
sealed record Obstacle(string Reason, string Message);
