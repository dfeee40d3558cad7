namespace Canario.Operator.Reconcile;

/// <summary>An object cannot be made until somebody else does something: it belongs to another, or the API server refuses it.</summary>
/// <param name="reason">One of <see cref="Obstacles"/>' reasons.</param>
sealed class ObstacleException(string reason, string message) : Exception(message)
{
    public string Reason => reason;
}
