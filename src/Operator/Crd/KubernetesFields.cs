using Canario.Kubernetes.Models;

namespace Canario.Operator.Crd;

/// <summary>Descriptions of the fields that ModelDeployment takes over from Kubernetes' own types. A field that is not listed is not offered.</summary>
static class KubernetesFields
{
    static readonly Dictionary<(Type, string), SchemaAttribute> Fields = new()
    {
        [(typeof(LocalObjectReference), "name")] = Required("Name of the object."),
        [(typeof(EnvVar), "name")] = Required("Name of the variable."),
        [(typeof(EnvVar), "value")] = Text("Its value.", 32768),
        [(typeof(EnvVar), "valueFrom")] = new("Where its value is taken from, when value is not given."),
        [(typeof(EnvVarSource), "fieldRef")] = new("A field of the pod."),
        [(typeof(EnvVarSource), "resourceFieldRef")] = new("A resource request or limit of the container."),
        [(typeof(EnvVarSource), "configMapKeyRef")] = new("A key of a ConfigMap of this namespace."),
        [(typeof(EnvVarSource), "secretKeyRef")] = new("A key of a Secret of this namespace."),
        [(typeof(ObjectFieldSelector), "apiVersion")] = Text("Version that fieldPath is written for. Default: v1."),
        [(typeof(ObjectFieldSelector), "fieldPath")] = Required("Path of the field, such as metadata.name."),
        [(typeof(ResourceFieldSelector), "containerName")] = Text("Name of the container."),
        [(typeof(ResourceFieldSelector), "resource")] = Required("Such as limits.cpu."),
        [(typeof(ResourceFieldSelector), "divisor")] = Text("Unit of the result, such as 1Mi."),
        [(typeof(KeySelector), "name")] = Required("Name of the ConfigMap or Secret."),
        [(typeof(KeySelector), "key")] = Required("Key in it."),
        [(typeof(KeySelector), "optional")] = new("The pod starts without it."),
        [(typeof(Toleration), "key")] = Text("Key of the taint; absent: every key."),
        [(typeof(Toleration), "operator")] = Text("Equal (default) or Exists."),
        [(typeof(Toleration), "value")] = Text("Value of the taint, with Equal."),
        [(typeof(Toleration), "effect")] = Text("NoSchedule, PreferNoSchedule or NoExecute; absent: every effect."),
        [(typeof(Toleration), "tolerationSeconds")] = new("How long a NoExecute taint is tolerated."),
        [(typeof(Condition), "type")] = Required("Name of the condition."),
        [(typeof(Condition), "status")] = Required("True, False or Unknown."),
        [(typeof(Condition), "observedGeneration")] = new("metadata.generation that it speaks of."),
        [(typeof(Condition), "lastTransitionTime")] = new("When status last changed."),
        [(typeof(Condition), "reason")] = new("Why, in one word."),
        [(typeof(Condition), "message")] = new("Why, for people."),
    };

    public static SchemaAttribute? Find(Type type, string field) => Fields.GetValueOrDefault((type, field));

    static SchemaAttribute Required(string description) => new(description) { Required = true, MaxLength = 253 };

    static SchemaAttribute Text(string description, int maxLength = 253) => new(description) { MaxLength = maxLength };
}
