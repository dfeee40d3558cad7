using System.Globalization;
using System.Security.Cryptography;

namespace Canario.Demo;

/// <summary>The YAML that the demo applies: the samples' model versions, with gates and steps short enough to watch.</summary>
internal sealed class Manifests(string samples, string modelAddress, string prometheusAddress, int nodePort)
{
    public const string Name = "penguins";
    public const string Namespace = "demo";

    /// <summary>Three steps of at least ten seconds; errors, latency and predictions are judged at each.</summary>
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

    /// <summary>The whole candidate beside stable, then all traffic at once; watched for <paramref name="bake"/> afterwards.</summary>
    public string BlueGreen(string version, string bake) => Document(version, Digest(version, "model.onnx"), bake, """
          strategy:
            type: BlueGreen
            blueGreen:
              hold: {duration: 5s}
        """);

    private string Document(string version, string sha256, string bake, string strategy) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: canario.dev/v1alpha1
            kind: ModelDeployment
            metadata:
              name: {{Name}}
              namespace: {{Namespace}}
            spec:
              replicas: 2
              model:
                uri: {{modelAddress}}/{{Name}}/{{version}}/model.onnx
                sha256: "{{sha256}}"
                metadataSha256: "{{Digest(version, "metadata.json")}}"
                baselineSha256: "{{Digest(version, "baseline.json")}}"
              server:
                threads: 1
                resources:
                  requests: {cpu: 20m, memory: 64Mi}
                  limits: {memory: 512Mi}
              service:
                type: NodePort
                nodePort: {{nodePort}}
              metrics:
                prometheus:
                  address: {{prometheusAddress}}
                  timeout: 5s
              bake:
                duration: {{bake}}
              gates:
              - {name: errors, type: ErrorRate, max: 0.02, minSamples: 50}
              - {name: latency, type: Latency, bound: 2s, max: 0.1, minSamples: 50}
              - {name: predictions, type: PredictionDrift, statistic: Psi, max: 0.25, minSamples: 100}
            {{strategy}}
            """);

    private string Digest(string version, string file) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(samples, Name, version, file))));
}
