namespace Canario.Operator.Reconcile;

/// <summary>An object of a name that is needed belongs to somebody else. It is left alone.</summary>
sealed class ForeignObjectException(string message) : Exception(message);
