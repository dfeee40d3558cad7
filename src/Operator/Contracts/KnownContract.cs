using Canario.Contract;

namespace Canario.Operator.Contracts;

/// <param name="Contract">Null: the server, an older or another one, tells none.</param>
sealed record KnownContract(ModelContract? Contract);
