using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>AWS Signature Version 4 of a request without a body (<see href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html"/>).</summary>
internal static class SigV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Hex sha256 of nothing.</summary>
    public static string EmptyPayload { get; } = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <summary>Value of <c>x-amz-date</c>.</summary>
    public static string DateOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Value of <c>Authorization</c>.</summary>
    /// <param name="credentials">Whose signature it is.</param>
    /// <param name="region">Such as <c>us-east-1</c>.</param>
    /// <param name="service">Such as <c>s3</c>.</param>
    /// <param name="method">Such as <c>GET</c>.</param>
    /// <param name="path">As it is sent: see <see cref="Encode"/>.</param>
    /// <param name="query">Names and values before they are encoded.</param>
    /// <param name="headers">All that are to be signed, with <c>host</c> and <c>x-amz-date</c> among them; names in lower case.</param>
    public static string Authorize(
        AwsCredentials credentials, string region, string service, string method, string path, IEnumerable<KeyValuePair<string, string>> query, IReadOnlyDictionary<string, string> headers)
    {
        string time = headers["x-amz-date"];
        string date = time[..8];
        string scope = $"{date}/{region}/{service}/aws4_request";
        string[] names = [.. headers.Keys.Order(StringComparer.Ordinal)];
        string signed = string.Join(';', names);
        string payload = headers.GetValueOrDefault("x-amz-content-sha256", EmptyPayload);
        string canonical = $"{method}\n{path}\n{Query(query)}\n{string.Concat(names.Select(name => $"{name}:{Trim(headers[name])}\n"))}\n{signed}\n{payload}";
        string toSign = $"{Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey);
        foreach (string part in new[] { date, region, service, "aws4_request", toSign }) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return $"{Algorithm} Credential={credentials.AccessKeyId}/{scope}, SignedHeaders={signed}, Signature={Convert.ToHexStringLower(key)}";
    }

    /// <summary>Encoded and in the order of the signature; it must be sent so too.</summary>
    public static string Query(IEnumerable<KeyValuePair<string, string>> query) => string.Join('&', query
        .Select(pair => (Name: Encode(pair.Key, false), Value: Encode(pair.Value, false)))
        .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
        .Select(pair => $"{pair.Name}={pair.Value}"));

    /// <summary>All but letters, digits and <c>-._~</c> as <c>%XX</c> of UTF-8, once: S3 alone of AWS's services does not want a path encoded twice.</summary>
    public static string Encode(string text, bool keepsSlashes)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (byte octet in Encoding.UTF8.GetBytes(text))
        {
            char c = (char)octet;
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' || (keepsSlashes && c == '/')) encoded.Append(c);
            else encoded.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }

        return encoded.ToString();
    }

    private static string Trim(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
