namespace Canario.InferenceServer.Models.Sources;

/// <summary>A class, not a record: nothing may print it.</summary>
internal sealed class AwsCredentials(string accessKeyId, string secretAccessKey, string sessionToken)
{
    public string AccessKeyId { get; } = accessKeyId;
    public string SecretAccessKey { get; } = secretAccessKey;
    /// <summary>Of temporary credentials; empty: they are lasting ones.</summary>
    public string SessionToken { get; } = sessionToken;
}
