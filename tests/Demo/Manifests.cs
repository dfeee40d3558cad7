using System.Globalization;
using System.Security.Cryptography;

namespace Canario.Demo;

/// <summary>The YAML that the demo applies: the samples' model versions, with gates and steps short enough to watch.</summary>
/// <param name="Samples">Folder of the samples.</param>
/// <param name="Models">Where pods fetch the models of that folder.</param>
/// <param name="Prometheus">Its address, as pods see it.</param>
/// <param name="NodePort">Of the model's Service.</param>
internal sealed record Manifests(string Samples, string Models, string Prometheus, string Namespace, int NodePort)
{
    public const string Name = "penguins";

    /// <summary>What the demo uses; tests beside it have others.</summary>
    public const string DemoNamespace = "demo";
    public const int DemoNodePort = 30080;

    /// <summary>Makes a revision of its own of what would otherwise be one that was there before; null: none.</summary>
    public string? Mark { get; init; }

    /// <summary>Three steps of at least ten seconds; errors, latency and predictions are judged at each.</summary>
    /// <param name="version">Of the penguins, or another sample's with its folder, such as penguin-mass/v1.</param>
    /// <param name="sha256">Digest to demand of the model; null: the right one.</param>
    public string Canary(string version, string? sha256 = null) => Document(version, sha256 ?? Digest(version, "model.onnx"), "5s", """
          strategy:
            type: Canary
            canary:
              steps:
              - {weight: 10, hold: {duration: 10s}}
              - {weight: 30, hold: {duration: 10s}}
              - {weight: 60, hold: {duration: 10s}}
        """);

    /// <summary>Two steps of at least five seconds: for tests that look at something else than the gates.</summary>
    public string ShortCanary(string version, string? sha256 = null) => Document(version, sha256 ?? Digest(version, "model.onnx"), "2s", """
          strategy:
            type: Canary
            canary:
              steps:
              - {weight: 20, hold: {duration: 5s}}
              - {weight: 60, hold: {duration: 5s}}
        """);

    /// <summary>No router: one pod of each side, then all; judged by what the servers count.</summary>
    public string ByService(string version) => Document(version, Digest(version, "model.onnx"), "2s", """
          traffic:
            provider: Service
          strategy:
            type: Canary
            canary:
              steps:
              - {weight: 50, hold: {duration: 5s}}
        """);

    /// <summary>The whole candidate beside stable, then all traffic at once; watched for <paramref name="bake"/> afterwards.</summary>
    public string BlueGreen(string version, string bake) => Document(version, Digest(version, "model.onnx"), bake, """
          strategy:
            type: BlueGreen
            blueGreen:
              hold: {duration: 5s}
        """);

    /// <summary>Copies of all requests for five seconds at least, until the answers can be compared; then all traffic at once.</summary>
    public string Shadow(string version) => Document(version, Digest(version, "model.onnx"), "2s", """
          - {name: agreement, type: ShadowAgreement, max: 0.15, minSamples: 200}
          strategy:
            type: Shadow
            shadow:
              steps:
              - {percent: 100, hold: {duration: 5s}, gates: [agreement]}
              then: Promote
        """);

    /// <summary>Half of the requests each, until it is known which side fails less often.</summary>
    public string Test(string version) => Document(version, Digest(version, "model.onnx"), "2s", """
          strategy:
            type: AB
            ab:
              weight: 50
              minSamples: 200
              duration: 2m
        """, mostErrors: 0.5);

    /// <summary>Pod by pod, the traffic after them; watched for <paramref name="bake"/> afterwards.</summary>
    public string RollingUpdate(string version, string bake) => Document(version, Digest(version, "model.onnx"), bake, """
          strategy:
            type: RollingUpdate
        """);

    /// <summary>The old pods away, then the new ones; watched for <paramref name="bake"/> afterwards.</summary>
    public string Recreate(string version, string bake) => Document(version, Digest(version, "model.onnx"), bake, """
          strategy:
            type: Recreate
        """);

    private string Document(string version, string sha256, string bake, string strategy, double mostErrors = 0.02) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: canario.dev/v1alpha1
            kind: ModelDeployment
            metadata:
              name: {{Name}}
              namespace: {{Namespace}}
            spec:
              replicas: 2
              model:
                uri: {{Models}}/{{Folder(version)}}/model.onnx
                sha256: "{{sha256}}"
                metadataSha256: "{{Digest(version, "metadata.json")}}"
                baselineSha256: "{{Digest(version, "baseline.json")}}"
              server:
                threads: 1
                podAnnotations: {{{(Mark is null ? "" : $"mark: \"{Mark}\"")}}}
                resources:
                  requests: {cpu: 20m, memory: 64Mi}
                  limits: {memory: 512Mi}
              service:
                type: NodePort
                nodePort: {{NodePort}}
              metrics:
                prometheus:
                  address: {{Prometheus}}
                  timeout: 5s
              bake:
                duration: {{bake}}
              gates:
              - {name: errors, type: ErrorRate, max: {{mostErrors}}, minSamples: 50}
              - {name: latency, type: Latency, bound: 2s, max: 0.1, minSamples: 50}
              - {name: predictions, type: PredictionDrift, statistic: Psi, max: 0.25, minSamples: 100}
            {{strategy}}
            """);

    private static string Folder(string version) => version.Contains('/', StringComparison.Ordinal) ? version : $"{Name}/{version}";

    private string Digest(string version, string file) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Samples, Folder(version), file))));
}
