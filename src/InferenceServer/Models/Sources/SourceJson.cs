using System.Text.Json;
using System.Text.Json.Serialization;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>Documents of registries.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OciManifest))]
[JsonSerializable(typeof(RegistryToken))]
internal sealed partial class SourceJson : JsonSerializerContext;
