using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Canario.Contract;
using Canario.LocalCluster;

namespace Canario.Operator.Tests.Metrics;

/// <summary>A real inference server in a process of its own, on one of the sample models.</summary>
internal sealed partial class ModelServerProcess : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ModelServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; private set; } = new("http://127.0.0.1:1");

    /// <param name="model">Folder under samples, such as <c>penguins/v1</c>.</param>
    public static async Task<ModelServerProcess> StartAsync(string model, ModelIdentity identity)
    {
        // The server's assembly lies beside the tests'; started through the runtime that runs them.
        string[] arguments =
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "Canario.InferenceServer.dll"), "--model-uri", $"file://{Path.Combine(Checkout.Root, "samples", model)}/model.onnx", "--http-port", "0", "--address", "127.0.0.1",
        ];
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[InferenceEnvironment.Namespace] = identity.Namespace;
        start.Environment[InferenceEnvironment.Model] = identity.Model;
        start.Environment[InferenceEnvironment.Revision] = identity.Revision;
        var server = new ModelServerProcess(Process.Start(start)!);
        server.Address = await server._listening.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(async () => (await server._http.GetAsync(new Uri(server.Address, HttpPaths.V2Ready))).StatusCode == HttpStatusCode.OK, "the model is ready");
        return server;
    }

    /// <summary>The sample's own requests, once each, changed as told; answers their ids, by which the truth may be told later.</summary>
    public async Task<IReadOnlyList<string>> PredictAsync(string requests, Action<JsonObject>? change = null)
    {
        var ids = new List<string>();
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(Checkout.Root, "samples", requests)))
        {
            var body = JsonNode.Parse(line)!.AsObject();
            change?.Invoke(body);
            using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            using var response = await _http.PostAsync(new Uri(Address, "/predict"), content);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, text);
            ids.Add(response.Headers.GetValues(Headers.RequestId).Single());
        }

        return ids;
    }

    /// <summary>What really was, of all of these.</summary>
    public async Task TellTruthAsync(IEnumerable<string> ids, string actual)
    {
        var items = new JsonArray([.. ids.Select(id => new JsonObject { ["request_id"] = id, ["actual"] = actual })]);
        using var content = new StringContent(items.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri(Address, "/feedback"), content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            _listening.TrySetException(new InvalidOperationException("the server ended before it listened"));
        // The first is HTTP/1.1, the second gRPC.
        else if (Listening().Match(line) is { Success: true } match)
            _listening.TrySetResult(new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:[0-9]+)")]
    private static partial Regex Listening();
}
