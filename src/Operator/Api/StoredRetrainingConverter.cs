using System.Text.Json.Serialization.Metadata;
using Canario.Rollouts;

namespace Canario.Operator.Api;

sealed class StoredRetrainingConverter : StoredConverter<RetrainingState>
{
    protected override JsonTypeInfo<RetrainingState> Json => ApiJson.Default.RetrainingState;

    protected override bool IsComplete(RetrainingState value) =>
        value.Current is null or { Id: not null, Message: not null, Revision: not null, Attempts: >= 0, Drift: null or { Revision: not null } }
        && value.Current?.Drift?.Worst.All(name => name?.Name is not null) != false
        && value.History.All(record => record is { Id: not null, Message: not null, Revision: not null });
}
