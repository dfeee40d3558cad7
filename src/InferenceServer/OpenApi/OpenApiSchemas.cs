using System.Text.Json.Nodes;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.OpenApi;

/// <summary>JSON Schemas (2020-12, as OpenAPI 3.1 uses them) of what the server takes and answers.</summary>
internal static class OpenApiSchemas
{
    public static JsonObject Of(string type) => new() { ["type"] = type };

    public static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    public static JsonObject OneOf(IEnumerable<string> values) => new() { ["type"] = "string", ["enum"] = new JsonArray([.. values.Select(value => (JsonNode)value)]) };

    public static JsonObject Array(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    public static JsonObject Reference(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };

    /// <summary>An object that has all of these members.</summary>
    public static JsonObject Object(params (string Name, JsonObject Schema)[] members)
    {
        var properties = new JsonObject();
        foreach ((string name, JsonObject schema) in members) properties[name] = schema;
        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = new JsonArray([.. members.Select(member => (JsonNode)member.Name)]),
        };
    }

    public static JsonObject Features(FeaturePlan plan)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (PlannedFeature feature in plan.Features)
        {
            properties[feature.Name] = Feature(feature);
            if (!feature.HasDefault) required.Add((JsonNode)feature.Name);
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false };
    }

    /// <summary>The prediction and what comes with it; many rows come in <c>predictions</c>.</summary>
    public static JsonObject Prediction(IReadOnlyList<OutputPlan> results)
    {
        JsonObject schema = Object(("model", Of("string")), ("revision", Of("string")), ("request_id", Of("string")));
        JsonObject row = PredictionMembers(results);
        foreach ((string name, JsonNode? member) in row) schema["properties"]![name] = member!.DeepClone();
        schema["properties"]!["predictions"] = Array(new JsonObject { ["type"] = "object", ["properties"] = row });
        return schema;
    }

    /// <summary>A line of a stream's answer: a prediction, or what is wrong with the row.</summary>
    public static JsonObject StreamedRow(IReadOnlyList<OutputPlan> results)
    {
        JsonObject schema = Object(("row", Of("integer")));
        foreach ((string name, JsonNode? member) in PredictionMembers(results)) schema["properties"]![name] = member!.DeepClone();
        schema["properties"]!["error"] = Text("What is wrong with the row; there is no prediction then");
        schema["properties"]!["status"] = Of("integer");
        return schema;
    }

    public static JsonObject Feedback()
    {
        JsonObject item = Object(
            ("request_id", Text("That the prediction was answered with")),
            ("actual", new JsonObject { ["type"] = new JsonArray("string", "number", "boolean"), ["description"] = "The class or the number that really was" }));
        item["properties"]!["row"] = new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["default"] = 0 };
        JsonObject array = Array((JsonObject)item.DeepClone());
        return new JsonObject { ["oneOf"] = new JsonArray(item, array, Object(("feedback", (JsonObject)array.DeepClone()))) };
    }

    public static JsonObject InferRequest(IReadOnlyList<ValueInfo> inputs, IReadOnlyList<ValueInfo> outputs)
    {
        var tensors = new JsonObject { ["type"] = "array", ["minItems"] = inputs.Count, ["maxItems"] = inputs.Count };
        // A choice of nothing is no schema.
        if (inputs.Count > 0) tensors["items"] = new JsonObject { ["oneOf"] = new JsonArray([.. inputs.Select(Tensor)]) };
        JsonObject schema = Object(("inputs", tensors));
        schema["properties"]!["id"] = Text("Comes back in the answer");
        schema["properties"]!["parameters"] = Of("object");
        schema["properties"]!["outputs"] = Array(Object(("name", OneOf(outputs.Select(output => output.Name)))));
        return schema;
    }

    public static JsonObject InferResponse(IReadOnlyList<ValueInfo> outputs) => Object(
        ("model_name", Of("string")),
        ("model_version", Of("string")),
        ("id", Of("string")),
        ("outputs", Array(new JsonObject { ["oneOf"] = new JsonArray([.. outputs.Select(Tensor)]) })));

    private static JsonObject PredictionMembers(IReadOnlyList<OutputPlan> results)
    {
        OutputPlan? probabilities = results.FirstOrDefault(result => result.Kind == OutputKind.Probabilities);
        var members = new JsonObject
        {
            // A label may be a number, a text or a class's name; a value may be an array.
            ["prediction"] = probabilities is { Classes.Count: > 0 } ? OneOf(probabilities.Classes) : new JsonObject(),
        };
        if (probabilities is not null)
            members["probabilities"] = new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("number", "null"), ["description"] = "null: not a finite number" } };
        members["outputs"] = Of("object");
        return members;
    }

    private static JsonObject Feature(PlannedFeature feature)
    {
        JsonObject schema = feature.Kind switch
        {
            FeatureKind.Number when feature.WholeRange is null => Of("number"),
            FeatureKind.Number => Of("integer"),
            FeatureKind.Whole => Of("integer"),
            FeatureKind.Boolean => Of("boolean"),
            _ when feature.Schema.Categories.Count > 0 => OneOf(feature.Schema.Categories),
            _ => Of("string"),
        };
        if (feature.Schema.Description is { } description) schema["description"] = description;
        if (feature is { Kind: FeatureKind.Number or FeatureKind.Whole, WholeRange: { } range })
        {
            schema["minimum"] = JsonNode.Parse(range.Minimum.ToString(null, null));
            schema["maximum"] = JsonNode.Parse(range.Maximum.ToString(null, null));
        }

        if (feature.Schema.Minimum is { } minimum) schema["minimum"] = minimum;
        if (feature.Schema.Maximum is { } maximum) schema["maximum"] = maximum;
        if (!feature.HasDefault) return schema;
        // What may be left out may be null too.
        schema["type"] = new JsonArray((JsonNode)(string)schema["type"]!, (JsonNode)"null");
        if (schema["enum"] is JsonArray values) values.Add((JsonNode?)null);
        schema["default"] = JsonNode.Parse(feature.Schema.Default!.Value.GetRawText());
        return schema;
    }

    private static JsonNode Tensor(ValueInfo tensor)
    {
        string element = tensor.ElementType switch
        {
            TensorElementType.String => "string",
            TensorElementType.Bool => "boolean",
            TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16 or TensorElementType.BFloat16 => "number",
            _ => "integer",
        };
        JsonObject schema = Object(
            ("name", new JsonObject { ["const"] = tensor.Name }),
            ("datatype", new JsonObject { ["const"] = Datatypes.NameOf(tensor.ElementType) }),
            ("shape", new JsonObject
            {
                ["type"] = "array",
                ["items"] = Of("integer"),
                ["minItems"] = tensor.Shape.Count,
                ["maxItems"] = tensor.Shape.Count,
                ["description"] = $"[{string.Join(',', tensor.Shape)}], -1: any size",
            }));
        // Nested or flat; not there when the tensor is raw.
        schema["properties"]!["data"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = new JsonArray(element, "array", "null") } };
        schema["properties"]!["parameters"] = Of("object");
        return schema;
    }
}
