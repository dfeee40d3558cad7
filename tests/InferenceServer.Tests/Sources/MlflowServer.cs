using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>The part of MLflow's REST API that is asked, written from its published reference: registered models, model versions, logged models and the proxy of artifacts.</summary>
internal sealed class MlflowServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    public MlflowServer() => _app = LoopbackApp.Start(AnswerAsync);

    public Uri Address => new(_app.Urls.Single() + "/team");

    /// <summary>Value of <c>Authorization</c> that is wanted; empty: none.</summary>
    public string Authorization { get; set; } = "";

    public Dictionary<(string Name, string Alias), string> Aliases { get; } = [];

    /// <summary>Where each version's artifacts are.</summary>
    public Dictionary<(string Name, string Version), string> Versions { get; } = [];

    public Dictionary<string, string> LoggedModels { get; } = [];

    /// <summary>What the proxy has.</summary>
    public Dictionary<string, byte[]> Artifacts { get; } = [];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        const string Api = "/team/api/2.0/";
        const string Proxy = "mlflow-artifacts/artifacts/";
        string path = context.Request.Path.Value!;
        IQueryCollection query = context.Request.Query;
        if (context.Request.Headers.Authorization.ToString() != Authorization)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        string call = path.StartsWith(Api, StringComparison.Ordinal) ? path[Api.Length..] : "";
        string name = query["name"].ToString();
        if (call.StartsWith(Proxy, StringComparison.Ordinal))
        {
            if (Artifacts.TryGetValue(call[Proxy.Length..], out byte[]? content)) await context.Response.Body.WriteAsync(content);
            else await RefuseAsync(context, "RESOURCE_DOES_NOT_EXIST", "No such artifact");
        }
        else if (call == "mlflow/registered-models/alias")
        {
            if (Aliases.TryGetValue((name, query["alias"].ToString()), out string? version))
                await context.Response.WriteAsync(new JsonObject { ["model_version"] = new JsonObject { ["name"] = name, ["version"] = version } }.ToJsonString());
            else
                await RefuseAsync(context, "RESOURCE_DOES_NOT_EXIST", $"Registered model alias {query["alias"]} not found.");
        }
        else if (call == "mlflow/model-versions/get-download-uri")
        {
            if (Versions.TryGetValue((name, query["version"].ToString()), out string? place))
                await context.Response.WriteAsync(new JsonObject { ["artifact_uri"] = place }.ToJsonString());
            else
                await RefuseAsync(context, "RESOURCE_DOES_NOT_EXIST", $"Model Version (name={name}, version={query["version"]}) not found");
        }
        else if (call.StartsWith("mlflow/logged-models/", StringComparison.Ordinal) && LoggedModels.TryGetValue(call["mlflow/logged-models/".Length..], out string? place))
        {
            await context.Response.WriteAsync(new JsonObject { ["model"] = new JsonObject { ["info"] = new JsonObject { ["artifact_uri"] = place } } }.ToJsonString());
        }
        else
        {
            await RefuseAsync(context, "ENDPOINT_NOT_FOUND", "No API found");
        }
    }

    private static Task RefuseAsync(HttpContext context, string code, string message)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync(new JsonObject { ["error_code"] = code, ["message"] = message }.ToJsonString());
    }
}
