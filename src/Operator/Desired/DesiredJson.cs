using System.Text.Json.Serialization;

namespace Canario.Operator.Desired;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RevisionSnapshot))]
sealed partial class DesiredJson : JsonSerializerContext;
