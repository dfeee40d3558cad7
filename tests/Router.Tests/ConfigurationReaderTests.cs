using Canario.Router.Configuration;

namespace Canario.Router.Tests;

public sealed class ConfigurationReaderTests
{
    private const string Good = """
        {"version":"1","namespace":"n","model":"m","port":20000,"backends":[{"revision":"a","service":"a","weight":90},{"revision":"b","service":"b","weight":10}]}
        """;

    [Fact]
    public void A_good_configuration_is_read_and_members_left_out_have_their_default()
    {
        var (configuration, error) = ConfigurationReader.Read(Good);
        Assert.Null(error);
        Assert.Equal(30_000, configuration!.TimeoutMilliseconds);
        Assert.Empty(configuration.Matches);
    }

    [Theory]
    [InlineData("", "not a router configuration")]
    [InlineData("null", "null")]
    [InlineData("{}", "not a router configuration")]
    [InlineData("\"port\":20000|\"port\":65535", "port: 65535")]
    [InlineData("\"port\":20000|\"port\":0", "port: 0")]
    [InlineData("\"weight\":90|\"weight\":80", "sum to 90")]
    [InlineData("\"weight\":90|\"weight\":-10", "backends[0].weight: -10")]
    [InlineData("\"revision\":\"b\"|\"revision\":\"a\"", "backends[1].revision: \"a\" is listed twice")]
    [InlineData("\"service\":\"b\"|\"service\":\"\"", "backends[1].service")]
    [InlineData("\"version\":\"1\"|\"version\":\"\"", "version")]
    [InlineData("\"port\":20000|\"port\":20000,\"timeoutMilliseconds\":0", "timeoutMilliseconds: 0")]
    [InlineData("\"port\":20000|\"port\":20000,\"stickyHeader\":\"a b\"", "stickyHeader: \"a b\"")]
    [InlineData("\"port\":20000|\"port\":20000,\"matches\":[{\"header\":\"x\",\"value\":\"y\",\"revision\":\"c\"}]", "matches[0].revision: \"c\"")]
    [InlineData("\"port\":20000|\"port\":20000,\"matches\":[{\"header\":\"x\\r\\n\",\"value\":\"y\",\"revision\":\"a\"}]", "matches[0].header")]
    [InlineData("\"port\":20000|\"port\":20000,\"stickyCookie\":\"\"", "stickyCookie: \"\"")]
    [InlineData("\"port\":20000|\"port\":20000,\"matches\":[{\"value\":\"y\",\"revision\":\"a\"}]", "matches[0]: either header or cookie")]
    [InlineData("\"port\":20000|\"port\":20000,\"matches\":[{\"header\":\"x\",\"cookie\":\"x\",\"value\":\"y\",\"revision\":\"a\"}]", "matches[0]: either header or cookie")]
    [InlineData("\"port\":20000|\"port\":20000,\"matches\":[{\"cookie\":\"a=b\",\"value\":\"y\",\"revision\":\"a\"}]", "matches[0].cookie: \"a=b\"")]
    [InlineData("\"port\":20000|\"port\":20000,\"matches\":[{\"cookie\":\"x\",\"value\":\"\",\"revision\":\"a\"}]", "matches[0].value")]
    [InlineData("\"port\":20000|\"port\":20000,\"mirror\":{\"revision\":\"b\",\"percent\":0}", "mirror.percent: 0")]
    [InlineData("\"port\":20000|\"port\":20000,\"mirror\":{\"revision\":\"b\",\"percent\":101}", "mirror.percent: 101")]
    [InlineData("\"port\":20000|\"port\":20000,\"fallback\":\"c\"", "fallback: \"c\"")]
    [InlineData("\"port\":20000|\"port\":20000,\"mirror\":{\"revision\":\"c\",\"percent\":1}", "mirror.revision: \"c\"")]
    public void A_bad_configuration_is_refused_with_the_field_and_the_value(string change, string expected)
    {
        string[] parts = change.Split('|');
        string json = parts.Length == 2 ? Good.Replace(parts[0], parts[1], StringComparison.Ordinal) : change;
        var (configuration, error) = ConfigurationReader.Read(json);
        Assert.Null(configuration);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_is_too_long_is_not_even_parsed() =>
        Assert.Contains("at most", ConfigurationReader.Read(new string(' ', ConfigurationReader.MaxCharacters + 1)).Error, StringComparison.Ordinal);
}
