using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Crd;

/// <summary>OpenAPI schemas from the serialiser's own description of the types, so that what is published is what is read.</summary>
sealed class SchemaBuilder(JsonSerializerOptions options)
{
    /// <summary>Of strings in lists that say nothing else: CEL's cost estimate needs a bound.</summary>
    const int ElementLength = 253;

    /// <param name="withDefaults">False in status: the API server must not invent what the operator has not said.</param>
    public JsonObject BuildObject(Type type, bool withDefaults, Func<string, bool>? include = null)
    {
        var info = options.GetTypeInfo(type);
        var instance = withDefaults ? info.CreateObject?.Invoke() : null;
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in info.Properties)
        {
            if (property.IsExtensionData || property.Get is null || include?.Invoke(property.Name) == false)
            {
                continue;
            }

            if (FindSchema(info.Type, property) is not { } schema)
            {
                continue;
            }

            properties[property.Name] = BuildProperty(property, schema, withDefaults, instance);
            if (schema.Required)
            {
                required.Add((JsonNode)property.Name);
            }
        }

        var result = new JsonObject { ["type"] = "object" };
        if (required.Count > 0)
        {
            result["required"] = required;
        }

        result["properties"] = properties;
        AddRules(result, type.GetCustomAttributes<RuleAttribute>());
        return result;
    }

    static SchemaAttribute? FindSchema(Type owner, JsonPropertyInfo property) =>
        Attribute<SchemaAttribute>(property)
        ?? KubernetesFields.Find(owner, property.Name)
        ?? (owner.Namespace == typeof(EnvVar).Namespace ? null : throw new InvalidOperationException($"{owner.Name}.{property.Name} has no [Schema]: every field is described."));

    JsonObject BuildProperty(JsonPropertyInfo property, SchemaAttribute schema, bool withDefaults, object? instance)
    {
        var result = new JsonObject { ["description"] = schema.Description };
        foreach (var (key, value) in BuildType(property.PropertyType, schema, withDefaults).ToArray())
        {
            result[key] = value?.DeepClone();
        }

        if (Attribute<ValuesAttribute>(property) is { } values)
        {
            result["enum"] = new JsonArray([.. values.Values.Select(value => (JsonNode)value)]);
        }

        if (instance is not null && !schema.Required && BuildDefault(property, instance) is { } initial)
        {
            result["default"] = initial;
        }

        AddRules(result, property.AttributeProvider?.GetCustomAttributes(typeof(RuleAttribute), false).Cast<RuleAttribute>() ?? []);
        return result;
    }

    JsonObject BuildType(Type declared, SchemaAttribute schema, bool withDefaults)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (schema.Opaque)
        {
            return new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
        }

        if (type == typeof(string))
        {
            return BuildString(schema);
        }

        if (type == typeof(bool))
        {
            return new JsonObject { ["type"] = "boolean" };
        }

        if (type == typeof(int) || type == typeof(long))
        {
            // No format: the bounds say more, and the CRD has to stay small.
            return Bounded(new JsonObject { ["type"] = "integer" }, schema);
        }

        if (type == typeof(double))
        {
            return Bounded(new JsonObject { ["type"] = "number" }, schema);
        }

        if (type == typeof(DateTimeOffset))
        {
            return new JsonObject { ["type"] = "string", ["format"] = "date-time" };
        }

        if (type == typeof(IntOrString))
        {
            return new JsonObject
            {
                ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }),
                ["x-kubernetes-int-or-string"] = true,
            };
        }

        return options.GetTypeInfo(type).Kind switch
        {
            JsonTypeInfoKind.Enumerable => BuildList(type.GetGenericArguments()[0], schema, withDefaults),
            JsonTypeInfoKind.Dictionary => BuildMap(type.GetGenericArguments()[1], schema, withDefaults),
            _ => BuildObject(type, withDefaults),
        };
    }

    static JsonObject BuildString(SchemaAttribute schema)
    {
        var result = new JsonObject { ["type"] = "string" };
        AddNumber(result, "minLength", schema.MinLength);
        AddNumber(result, "maxLength", schema.MaxLength);
        if (schema.Pattern is not null)
        {
            result["pattern"] = schema.Pattern;
        }

        return result;
    }

    JsonObject BuildList(Type element, SchemaAttribute schema, bool withDefaults)
    {
        var result = new JsonObject { ["type"] = "array" };
        AddNumber(result, "minItems", schema.MinItems);
        AddNumber(result, "maxItems", schema.MaxItems);
        result["items"] = BuildType(element, new SchemaAttribute("") { MaxLength = ElementLength }, withDefaults);
        result["x-kubernetes-list-type"] = schema.MapKey is not null ? "map" : schema.Set ? "set" : "atomic";
        if (schema.MapKey is not null)
        {
            result["x-kubernetes-list-map-keys"] = new JsonArray(schema.MapKey);
        }

        return result;
    }

    JsonObject BuildMap(Type value, SchemaAttribute schema, bool withDefaults)
    {
        var result = new JsonObject { ["type"] = "object" };
        AddNumber(result, "maxProperties", schema.MaxItems);
        result["additionalProperties"] = BuildType(value, new SchemaAttribute(""), withDefaults);
        return result;
    }

    /// <summary>Empty strings and lists are no defaults: a default of <c>""</c> would break patterns and tell nobody anything.</summary>
    JsonNode? BuildDefault(JsonPropertyInfo property, object instance)
    {
        var value = property.Get!(instance);
        return value switch
        {
            null or "" => null,
            string text => text,
            bool flag => flag,
            int number => number,
            long number => number,
            IntOrString { Number: { } number } => number,
            double number => number,
            System.Collections.IEnumerable => null,
            _ => options.GetTypeInfo(property.PropertyType).Kind == JsonTypeInfoKind.Object ? new JsonObject() : null,
        };
    }

    static JsonObject Bounded(JsonObject result, SchemaAttribute schema)
    {
        if (!double.IsNaN(schema.Minimum))
        {
            result["minimum"] = schema.Minimum;
        }

        if (!double.IsNaN(schema.Maximum))
        {
            result["maximum"] = schema.Maximum;
        }

        return result;
    }

    static void AddNumber(JsonObject result, string key, int value)
    {
        if (value >= 0)
        {
            result[key] = value;
        }
    }

    static void AddRules(JsonObject result, IEnumerable<RuleAttribute> rules)
    {
        var list = new JsonArray([.. rules.Select(rule => (JsonNode)new JsonObject { ["rule"] = rule.Rule, ["message"] = rule.Message })]);
        if (list.Count > 0)
        {
            result["x-kubernetes-validations"] = list;
        }
    }

    static T? Attribute<T>(JsonPropertyInfo property) where T : Attribute =>
        property.AttributeProvider?.GetCustomAttributes(typeof(T), false).Cast<T>().SingleOrDefault();
}
