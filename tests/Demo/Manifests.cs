using System.Globalization;
using System.Security.Cryptography;

namespace Canario.Demo;

/// <summary>The YAML that the demo applies: the samples' model versions, with gates and steps short enough to watch.</summary>
internal sealed class Manifests(string samples, string modelAddress, string prometheusAddress, int nodePort)
{
    public const string Name = "penguins";
    public const string Namespace = "demo";

    /// <summary>Three steps of at least ten seconds; errors, latency and predictions are judged at each.</summary>
    public string Canary(string version) => Document(version, "5s", """
          strategy:
            type: Canary
            canary:
              steps:
              - {weight: 10, hold: {duration: 10s}}
              - {weight: 30, hold: {duration: 10s}}
              - {weight: 60, hold: {duration: 10s}}
        """);

    /// <summary>The whole candidate beside stable, then all traffic at once; watched for <paramref name="bake"/> afterwards.</summary>
    public string BlueGreen(string version, string bake) => Document(version, bake, """
          strategy:
            type: BlueGreen
            blueGreen:
              hold: {duration: 5s}
        """);

    private string Document(string version, string bake, string strategy)
    {
        var directory = Path.Combine(samples, Name, version);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: canario.dev/v1alpha1
            kind: ModelDeployment
            metadata:
              name: {{Name}}
              namespace: {{Namespace}}
            spec:
              replicas: 2
              model:
                uri: {{modelAddress}}/{{Name}}/{{version}}/model.onnx
                sha256: {{Digest(Path.Combine(directory, "model.onnx"))}}
                metadataSha256: {{Digest(Path.Combine(directory, "metadata.json"))}}
                baselineSha256: {{Digest(Path.Combine(directory, "baseline.json"))}}
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
              - {name: latency, type: Latency, bound: 500ms, max: 0.05, minSamples: 50}
              - {name: predictions, type: PredictionDrift, statistic: Psi, max: 0.25, minSamples: 100}
            {{strategy}}
            """);
    }

    private static string Digest(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
