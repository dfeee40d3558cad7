using Canario.InferenceServer.Models.Sources;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>Signatures that AWS publishes: the examples of S3's documentation, and the suite of Signature Version 4.</summary>
public sealed class SigV4Tests
{
    private static readonly AwsCredentials s_suite = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "");
    private static readonly AwsCredentials s_s3 = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "");

    [Theory]
    [InlineData("/test.txt", "", "bytes=0-9", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("/", "lifecycle=", "", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("/", "max-keys=2&prefix=J", "", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void The_examples_of_S3s_documentation_are_signed_as_it_says(string path, string query, string range, string signature)
    {
        var headers = new Dictionary<string, string>
        {
            ["host"] = "examplebucket.s3.amazonaws.com",
            ["x-amz-content-sha256"] = SigV4.EmptyPayload,
            ["x-amz-date"] = SigV4.DateOf(new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero)),
        };
        if (range.Length > 0) headers["range"] = range;
        string authorization = SigV4.Authorize(s_s3, "us-east-1", "s3", "GET", path, Parse(query), headers);
        string names = string.Join(';', headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal($"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders={names}, Signature={signature}", authorization);
    }

    [Theory]
    [InlineData("GET", "/", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "/", "", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("GET", "/", "Param2=value2&Param1=value1", "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    [InlineData("GET", "/", "ሴ=bar", "", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04")]
    [InlineData("GET", "/ሴ", "", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")]
    [InlineData("GET", "/", "", "value2,value2,value1", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea")]
    [InlineData("GET", "/", "", "value1,value2,value3", "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790")]
    public void The_suite_of_version_4_is_signed_as_it_says(string method, string path, string query, string header, string signature)
    {
        var headers = new Dictionary<string, string> { ["host"] = "example.amazonaws.com", ["x-amz-date"] = "20150830T123600Z" };
        if (header.Length > 0) headers["my-header1"] = header;
        string authorization = SigV4.Authorize(s_suite, "us-east-1", "service", method, SigV4.Encode(path, keepsSlashes: true), Parse(query), headers);
        Assert.EndsWith($"Signature={signature}", authorization, StringComparison.Ordinal);
    }

    private static IEnumerable<KeyValuePair<string, string>> Parse(string query) =>
        query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => KeyValuePair.Create(pair.Split('=')[0], pair.Split('=')[1]));
}
