using System.Text.Json;
using System.Text.Json.Serialization;

namespace Canario.Operator.Reconcile;

[JsonSerializable(typeof(JsonElement))]
sealed partial class ManifestJson : JsonSerializerContext;
