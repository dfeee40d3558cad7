using Canario.InferenceServer.Models.Sources;

namespace Canario.InferenceServer.Configuration;

/// <summary>How places that models are fetched from are reached. Names in the environment are those that these places' own tools read.</summary>
internal sealed record SourceOptions
{
    /// <summary>Null: AWS's own.</summary>
    public Uri? S3Endpoint { get; init; }
    public string S3Region { get; init; } = "";
    /// <summary>Null: where the endpoint is not AWS's own.</summary>
    public bool? S3PathStyle { get; init; }
    /// <summary>Null: requests are not signed.</summary>
    public AwsCredentials? Aws { get; init; }
    /// <summary>One of the two keys is there, the other is not.</summary>
    public bool AwsKeysAreHalf { get; init; }
    /// <summary>Registries, <c>host[:port]</c>, that are spoken to in clear text.</summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];
    /// <summary>Docker's <c>config.json</c>; empty: there is none.</summary>
    public string RegistryAuthFile { get; init; } = "";
    /// <summary>The content of such a file; it wins.</summary>
    public Secret? RegistryAuth { get; init; }
    public Uri? MlflowTrackingUri { get; init; }
    public Secret? MlflowToken { get; init; }
    public BasicCredentials? MlflowUser { get; init; }

    /// <summary>Takes what has no command-line option: secrets, which a process list would show, and second names of the same things.</summary>
    /// <exception cref="ConfigurationException">A value is not allowed.</exception>
    public SourceOptions Complete(Func<string, string?> environment)
    {
        string Read(params string[] names) => names.Select(environment).FirstOrDefault(value => value is { Length: > 0 }) ?? "";
        string id = Read("AWS_ACCESS_KEY_ID");
        string secret = Read("AWS_SECRET_ACCESS_KEY");
        string user = Read("MLFLOW_TRACKING_USERNAME");
        string endpoint = Read("AWS_ENDPOINT_URL");
        return this with
        {
            S3Endpoint = S3Endpoint ?? (endpoint.Length > 0 ? ReadEndpoint(endpoint, "AWS_ENDPOINT_URL") : null),
            S3Region = S3Region.Length > 0 ? S3Region : Read("AWS_DEFAULT_REGION"),
            Aws = id.Length > 0 && secret.Length > 0 ? new AwsCredentials(id, secret, Read("AWS_SESSION_TOKEN")) : null,
            AwsKeysAreHalf = id.Length > 0 != secret.Length > 0,
            RegistryAuth = Secret.Of(Read("DOCKER_AUTH_CONFIG")),
            MlflowToken = Secret.Of(Read("MLFLOW_TRACKING_TOKEN")),
            MlflowUser = user.Length > 0 ? new BasicCredentials(user, Read("MLFLOW_TRACKING_PASSWORD")) : null,
        };
    }

    private static Uri ReadEndpoint(string value, string source) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new ConfigurationException($"{source}: '{value}' is not an http(s)://… address");
}
