using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Canario.Kubernetes.Models;
using Canario.Operator.Retraining;
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
[JsonSerializable(typeof(RetrainingState))]
[JsonSerializable(typeof(RetrainingReport))]
[JsonSerializable(typeof(CloudEvent))]
[JsonSerializable(typeof(JsonObject))]
sealed partial class ApiJson : JsonSerializerContext;
