using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.V1;

namespace Canario.InferenceServer.OpenApi;

/// <summary>Describes the served model's REST interface as OpenAPI 3.1: its own features with their ranges and categories, its own tensors.</summary>
internal static class OpenApiDocument
{
    public static JsonObject Build(ServedModel model, ServerOptions options, string version)
    {
        var paths = new JsonObject();
        if (model.Features is { } plan) paths["/predict"] = new JsonObject { ["post"] = Predict(plan) };
        if (model.Feedback is not null)
            paths["/feedback"] = new JsonObject { ["post"] = Feedback() };
        foreach (string prefix in new[] { $"/v2/models/{model.Name}", $"/v2/models/{model.Name}/versions/{model.Revision}" })
        {
            paths[prefix] = Get("The model's inputs and outputs", "ModelMetadata", needsKey: true);
            paths[prefix + "/ready"] = Get("Whether the model takes requests", "Ready", notReady: true);
            paths[prefix + "/infer"] = new JsonObject { ["post"] = Infer() };
        }

        if (RowsOf(model) is { } rows) paths[$"/v1/models/{model.Name}:predict"] = new JsonObject { ["post"] = PredictV1(model, rows) };
        paths["/v2"] = Get("Name, version and extensions of the server", "ServerMetadata");
        paths[HttpPaths.V2Live] = Get("Whether the process lives", "Live");
        paths[HttpPaths.V2Ready] = Get("Whether the server takes requests", "Live", notReady: true);
        paths[HttpPaths.Health] = Get("What the server is doing", "Health", notReady: true);

        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = model.Name,
                ["version"] = model.Revision,
                ["description"] = model.Description ?? "An ONNX model served by Canario " + version,
            },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = Schemas(model) },
        };
        if (options.ApiKeysFile.Length > 0)
        {
            document["components"]!["securitySchemes"] = new JsonObject
            {
                ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = Security.Admission.KeyHeader },
            };
            document["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }, new JsonObject { ["key"] = new JsonArray() });
        }

        return document;
    }

    private static JsonObject Schemas(ServedModel model)
    {
        var schemas = new JsonObject
        {
            ["Error"] = OpenApiSchemas.Object(("error", OpenApiSchemas.Text("What is wrong, and what is allowed"))),
            ["Live"] = OpenApiSchemas.Object(("live", OpenApiSchemas.Of("boolean"))),
            ["Ready"] = OpenApiSchemas.Object(("name", OpenApiSchemas.Of("string")), ("ready", OpenApiSchemas.Of("boolean"))),
            ["Health"] = OpenApiSchemas.Object(("status", OpenApiSchemas.OneOf(["loading", "ready", "draining", "failed"]))),
            ["ServerMetadata"] = OpenApiSchemas.Object(
                ("name", OpenApiSchemas.Of("string")), ("version", OpenApiSchemas.Of("string")), ("extensions", OpenApiSchemas.Array(OpenApiSchemas.Of("string")))),
            ["ModelMetadata"] = OpenApiSchemas.Object(
                ("name", OpenApiSchemas.Of("string")),
                ("versions", OpenApiSchemas.Array(OpenApiSchemas.Of("string"))),
                ("platform", OpenApiSchemas.Of("string")),
                ("inputs", OpenApiSchemas.Array(OpenApiSchemas.Of("object"))),
                ("outputs", OpenApiSchemas.Array(OpenApiSchemas.Of("object")))),
            ["InferRequest"] = OpenApiSchemas.InferRequest(model.Inputs, model.Outputs),
            ["InferResponse"] = OpenApiSchemas.InferResponse(model.Outputs),
        };
        if (model.Feedback is not null)
        {
            schemas["Feedback"] = OpenApiSchemas.Feedback();
            schemas["FeedbackTaken"] = OpenApiSchemas.Object(("accepted", OpenApiSchemas.Of("integer")));
        }

        if (model.Features is not { } plan) return schemas;
        schemas["Features"] = OpenApiSchemas.Features(plan);
        schemas["Prediction"] = OpenApiSchemas.Prediction(model.Results);
        schemas["StreamedRow"] = OpenApiSchemas.StreamedRow(model.Results);
        return schemas;
    }

    private static JsonObject Predict(FeaturePlan plan)
    {
        JsonObject features = OpenApiSchemas.Reference("Features");
        JsonArray ways = [features, OpenApiSchemas.Array(OpenApiSchemas.Reference("Features"))];
        // A feature of that name would make the form ambiguous, and the server does not take it then.
        if (plan.Find("instances"u8, int.MaxValue) < 0) ways.Add((JsonNode)OpenApiSchemas.Object(("instances", OpenApiSchemas.Array(OpenApiSchemas.Reference("Features")))));
        JsonObject operation = Operation("Predict from named features, one row or many", new JsonObject { ["oneOf"] = ways }, OpenApiSchemas.Reference("Prediction"));
        // A row a line: the schema is that of a line.
        operation["requestBody"]!["content"]![StreamHandler.ContentType] = new JsonObject { ["schema"] = OpenApiSchemas.Reference("Features") };
        operation["responses"]!["200"]!["content"]![StreamHandler.ContentType] = new JsonObject { ["schema"] = OpenApiSchemas.Reference("StreamedRow") };
        return operation;
    }

    /// <summary>What a row is over V1; null: the model is not served over it.</summary>
    private static JsonObject? RowsOf(ServedModel model) => model switch
    {
        { Features: not null } => OpenApiSchemas.Reference("Features"),
        _ when model.Inputs.All(V1RequestParser.HasRows) => new JsonObject(),
        _ => null,
    };

    private static JsonObject PredictV1(ServedModel model, JsonObject row) => Operation(
        "Predict by the V1 protocol",
        OpenApiSchemas.Object(("instances", OpenApiSchemas.Array(row))),
        model.Features is null ? OpenApiSchemas.Object(("predictions", OpenApiSchemas.Array(new JsonObject()))) : OpenApiSchemas.Reference("Prediction"));

    private static JsonObject Infer() => Operation(
        "Inference by the Open Inference Protocol", OpenApiSchemas.Reference("InferRequest"), OpenApiSchemas.Reference("InferResponse"));

    private static JsonObject Operation(string summary, JsonObject request, JsonObject response) => new()
    {
        ["summary"] = summary,
        ["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(request) },
        ["responses"] = new JsonObject
        {
            ["200"] = Answer("The answer", response),
            ["400"] = Answer("The request is not what the model takes", OpenApiSchemas.Reference("Error")),
            ["401"] = Answer("A key is required", OpenApiSchemas.Reference("Error")),
            ["413"] = Answer("The body is too large", OpenApiSchemas.Reference("Error")),
            ["415"] = Answer("The body is packed", OpenApiSchemas.Reference("Error")),
            ["429"] = Answer("Too many requests from one client", OpenApiSchemas.Reference("Error")),
            ["500"] = Answer("The model failed on this input", OpenApiSchemas.Reference("Error")),
            ["503"] = Answer("Not loaded yet, or too many requests wait", OpenApiSchemas.Reference("Error")),
            ["504"] = Answer("The client's deadline passed", OpenApiSchemas.Reference("Error")),
        },
    };

    private static JsonObject Feedback()
    {
        JsonObject operation = Operation("Tell what really was", OpenApiSchemas.Reference("Feedback"), OpenApiSchemas.Reference("FeedbackTaken"));
        JsonNode responses = operation["responses"]!;
        responses["404"] = Answer("No prediction of that request is known", OpenApiSchemas.Reference("Error"));
        responses["409"] = Answer("It was told before", OpenApiSchemas.Reference("Error"));
        responses["410"] = Answer("It comes too late", OpenApiSchemas.Reference("Error"));
        return operation;
    }

    private static JsonObject Get(string summary, string schema, bool notReady = false, bool needsKey = false)
    {
        var responses = new JsonObject { ["200"] = Answer(summary, OpenApiSchemas.Reference(schema)) };
        var operation = new JsonObject { ["summary"] = summary, ["responses"] = responses };
        if (notReady) responses["503"] = Answer("Not ready", OpenApiSchemas.Reference(schema));
        if (needsKey)
        {
            responses["401"] = Answer("A key is required", OpenApiSchemas.Reference("Error"));
            responses["503"] = Answer("Not loaded yet", OpenApiSchemas.Reference("Error"));
        }
        else
        {
            operation["security"] = new JsonArray();
        }

        return new JsonObject { ["get"] = operation };
    }

    private static JsonObject Answer(string description, JsonObject schema) => new() { ["description"] = description, ["content"] = Content(schema) };

    private static JsonObject Content(JsonObject schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };
}
