using System.Text.Json.Serialization;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Api;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelDeployment))]
[JsonSerializable(typeof(KubernetesList<ModelDeployment>))]
[JsonSerializable(typeof(ModelDeploymentStatus))]
sealed partial class ApiJson : JsonSerializerContext;
