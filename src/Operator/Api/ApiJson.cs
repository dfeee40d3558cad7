using System.Text.Json.Serialization;
using Canario.Kubernetes.Models;
using Canario.Rollouts;

namespace Canario.Operator.Api;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelDeployment))]
[JsonSerializable(typeof(KubernetesList<ModelDeployment>))]
[JsonSerializable(typeof(ModelDeploymentStatus))]
[JsonSerializable(typeof(RolloutState))]
[JsonSerializable(typeof(DriftState))]
sealed partial class ApiJson : JsonSerializerContext;
