using System.Text.Json;
using System.Text.Json.Serialization;

namespace Canario.Contract;

/// <summary>Serialisers of the files and documents above: camelCase, unknown members ignored so that an older process reads a newer file.</summary>
/// <remarks>Members with a default have a <c>set</c> accessor: the generated readers treat <c>init</c> members as constructor parameters and give absent ones null or 0, not their initialiser.</remarks>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(ModelMetadata))]
[JsonSerializable(typeof(ModelBaseline))]
[JsonSerializable(typeof(ModelGolden))]
[JsonSerializable(typeof(ModelContract))]
[JsonSerializable(typeof(RouterConfiguration))]
[JsonSerializable(typeof(RouterAcknowledgement))]
public sealed partial class ContractJson : JsonSerializerContext;
