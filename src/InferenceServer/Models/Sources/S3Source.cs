using System.Buffers;
using System.Text.RegularExpressions;
using Canario.Contract;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Models.Sources;

/// <summary><c>s3://bucket/key[?versionId=…]</c>: AWS, or whatever speaks its protocol at another endpoint.</summary>
internal sealed partial class S3Source(SourceOptions options, TimeProvider time) : IModelSource
{
    // What AWS's own clients take where nothing names a region and the endpoint does not care.
    private const string DefaultRegion = "us-east-1";

    private static readonly SearchValues<char> s_hostLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public IReadOnlyList<string> Schemes { get; } = ["s3"];

    public Task<ModelPlace> OpenAsync(Uri uri, CancellationToken cancellation)
    {
        // As it was given: a URI's letters of the host are made small and its path is shortened at '..', which a bucket's or key's are not.
        Match match = Address().Match(uri.OriginalString.Trim());
        if (!match.Success) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"'{WebSource.Show(uri)}' is not s3://bucket/key; a '#' in the key is written %23");
        string bucket = match.Groups["bucket"].Value;
        string key = Uri.UnescapeDataString(match.Groups["key"].Value);
        if (options.AwsKeysAreHalf)
            throw new ModelLoadException(ExitCodes.ModelUnavailable, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are needed both, or neither for a public object");
        string folder = key[..(key.LastIndexOf('/') + 1)];
        return Task.FromResult<ModelPlace>(name =>
            name == ModelFiles.Model ? Find(bucket, key, ReadQuery(uri)) : Find(bucket, folder + name, []));
    }

    private SourceFile Find(string bucket, string key, List<KeyValuePair<string, string>> query)
    {
        string region = options.S3Region.Length > 0 ? options.S3Region : DefaultRegion;
        Uri endpoint = options.S3Endpoint ?? new Uri($"https://s3.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}");
        // A bucket's name with dots fits no wildcard certificate, an old one's capitals and underscores no host's name; other endpoints seldom have a name for each bucket.
        bool inPath = options.S3PathStyle ?? (options.S3Endpoint is not null || bucket.AsSpan().IndexOfAnyExcept(s_hostLetters) >= 0);
        string host = inPath ? endpoint.Authority : $"{bucket}.{endpoint.Authority}";
        string path = endpoint.AbsolutePath.TrimEnd('/') + (inPath ? "/" + bucket : "") + "/" + SigV4.Encode(key, keepsSlashes: true);
        string tail = query.Count > 0 ? "?" + SigV4.Query(query) : "";
        // Sent to the byte as it is signed.
        var address = new Uri($"{endpoint.Scheme}://{host}{path}{tail}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        return new SourceFile
        {
            Shown = $"s3://{bucket}/{key}",
            Address = address,
            Authorize = options.Aws is { } credentials ? request => Sign(request, credentials, region, path, query) : null,
            // A signature is for one host, and a session's token for nobody else's eyes; what S3 says of a bucket elsewhere is told instead.
            FollowsRedirects = options.Aws is null,
            ForbiddenMayMeanMissing = true,
        };
    }

    private void Sign(HttpRequestMessage request, AwsCredentials credentials, string region, string path, List<KeyValuePair<string, string>> query)
    {
        Uri address = request.RequestUri!;
        var headers = new Dictionary<string, string>
        {
            ["host"] = address.IsDefaultPort ? address.Host : address.Authority,
            ["x-amz-content-sha256"] = SigV4.EmptyPayload,
            ["x-amz-date"] = SigV4.DateOf(time.GetUtcNow()),
        };
        if (credentials.SessionToken.Length > 0) headers["x-amz-security-token"] = credentials.SessionToken;
        if (request.Headers.Range is { } range) headers["range"] = range.ToString();
        string authorization = SigV4.Authorize(credentials, region, "s3", request.Method.Method, path, query, headers);
        foreach ((string name, string value) in headers)
        {
            if (name.StartsWith("x-amz-", StringComparison.Ordinal)) request.Headers.TryAddWithoutValidation(name, value);
        }

        // The form of AWS, several parameters behind one another, is not the one that the parser knows.
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
    }

    [GeneratedRegex(@"^s3://(?<bucket>[A-Za-z0-9._-]+)/(?<key>[^?#]+)(\?[^#]*)?\z", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Address();

    private static List<KeyValuePair<string, string>> ReadQuery(Uri uri) =>
    [
        .. uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
        {
            string[] parts = pair.Split('=', 2);
            return KeyValuePair.Create(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
        }),
    ];
}
