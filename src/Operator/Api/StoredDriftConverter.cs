using System.Text.Json.Serialization.Metadata;
using Canario.Rollouts;

namespace Canario.Operator.Api;

sealed class StoredDriftConverter : StoredConverter<DriftState>
{
    protected override JsonTypeInfo<DriftState> Json => ApiJson.Default.DriftState;

    protected override bool IsComplete(DriftState value) =>
        value.Revision is not null && Enum.IsDefined(value.Verdict) && value.Worst.All(name => name?.Name is not null && Enum.IsDefined(name.Kind));
}
