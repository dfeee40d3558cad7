using System.Text.Json;
using System.Text.Json.Serialization;

namespace Canario.InferenceServer.Batch;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BatchCheckpoint))]
[JsonSerializable(typeof(BatchSummary))]
internal sealed partial class BatchJson : JsonSerializerContext;
