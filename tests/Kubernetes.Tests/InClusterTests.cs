using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Canario.Kubernetes.Configuration;

namespace Canario.Kubernetes.Tests;

public sealed class InClusterTests : IDisposable
{
    private static readonly Uri Server = new("https://10.0.0.1:443");
    private readonly string _directory = Directory.CreateTempSubdirectory("canario-service-account-").FullName;
    private readonly ManualTime _time = new();

    public InClusterTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256).CreateSelfSigned(_time.GetUtcNow(), _time.GetUtcNow().AddYears(1));
        Write("ca.crt", authority.ExportCertificatePem());
        Write("token", "one\n");
        Write("namespace", "team\n");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_service_account_is_an_authority_a_token_and_a_namespace()
    {
        var access = InCluster.Load(_directory, Server, _time);
        Assert.Equal((Server, "team"), (access.Server, access.Namespace));
        Assert.Equal("CN=authority", Assert.Single(access.Authorities).Subject);
        var credential = await access.Credentials.GetAsync(false, default);
        Assert.Equal("one", credential.Token);
        Assert.Null(credential.Certificate);
    }

    [Fact]
    public async Task A_token_that_the_kubelet_rotates_is_used_within_a_minute_and_at_once_when_the_old_one_is_refused()
    {
        var credentials = InCluster.Load(_directory, Server, _time).Credentials;
        Assert.Equal("one", (await credentials.GetAsync(false, default)).Token);
        Write("token", "two");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("two", (await credentials.GetAsync(false, default)).Token);
        Write("token", "three");
        Assert.Equal("two", (await credentials.GetAsync(false, default)).Token);
        Assert.Equal("three", (await credentials.GetAsync(true, default)).Token);
    }

    [Fact]
    public void Without_a_namespace_file_the_namespace_is_default()
    {
        File.Delete(Path.Combine(_directory, "namespace"));
        Assert.Equal("default", InCluster.Load(_directory, Server, _time).Namespace);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no certificate")]
    public void Without_an_authority_nothing_is_trusted_instead_of_all_that_the_system_trusts(string? content)
    {
        Write("ca.crt", content);
        var error = Assert.Throws<ConfigurationException>(() => InCluster.Load(_directory, Server, _time));
        Assert.Contains("ca.crt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_token_is_named_and_found_once_it_is_there()
    {
        Write("token", null);
        var credentials = InCluster.Load(_directory, Server, _time).Credentials;
        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await credentials.GetAsync(false, default));
        Assert.Contains(Path.Combine(_directory, "token"), error.Message, StringComparison.Ordinal);
        Write("token", "late");
        Assert.Equal("late", (await credentials.GetAsync(false, default)).Token);
    }

    [Theory]
    [InlineData("10.96.0.1", "443", "https://10.96.0.1/")]
    [InlineData("10.96.0.1", null, "https://10.96.0.1/")]
    [InlineData("fd00:10:96::1", "6443", "https://[fd00:10:96::1]:6443/")]
    [InlineData("fd00:10:96::1", null, "https://[fd00:10:96::1]/")]
    [InlineData("kubernetes.example", "8443", "https://kubernetes.example:8443/")]
    public void The_server_is_what_the_environment_names(string host, string? port, string expected) =>
        Assert.Equal(expected, InCluster.BuildServer(host, port).AbsoluteUri);

    [Theory]
    [InlineData(null, "443", "KUBERNETES_SERVICE_HOST is not set")]
    [InlineData("a/b", "443", "KUBERNETES_SERVICE_HOST is 'a/b'")]
    [InlineData("10.96.0.1", "https", "KUBERNETES_SERVICE_PORT is 'https'")]
    [InlineData("10.96.0.1", "0", "KUBERNETES_SERVICE_PORT is '0'")]
    [InlineData("10.96.0.1", "70000", "KUBERNETES_SERVICE_PORT is '70000'")]
    public void What_cannot_be_an_address_is_named(string? host, string? port, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigurationException>(() => InCluster.BuildServer(host, port)).Message, StringComparison.Ordinal);

    private void Write(string name, string? content)
    {
        var path = Path.Combine(_directory, name);
        if (content is null)
        {
            File.Delete(path);
        }
        else
        {
            File.WriteAllText(path, content);
        }
    }
}
