using Canario.Kubernetes.Configuration;

namespace Canario.Kubernetes.Tests;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("canario-kubeconfig-").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_context_pairs_its_cluster_with_its_user()
    {
        var access = Kubeconfig.Load(Write("tls-server-name: other", "token: secret"), time: _time);
        Assert.Equal(new Uri("https://127.0.0.1:6443"), access.Server);
        Assert.Equal("team", access.Namespace);
        Assert.Equal("other", access.TlsServerName);
        Assert.Equal("secret", (await access.Credentials.GetAsync(false, default)).Token);
    }

    [Fact]
    public async Task An_exec_plug_in_runs_again_only_when_its_credential_runs_out_or_was_refused()
    {
        var count = Path.Combine(_directory, "count");
        var script = Path.Combine(_directory, "plugin.sh");
        await File.WriteAllTextAsync(script, $$"""
            #!/bin/sh
            echo x >> {{count}}
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$PREFIX'-'$(wc -l < {{count}})'","expirationTimestamp":"2030-01-01T01:00:00Z"} }'
            """);
        var credentials = Kubeconfig.Load(Write("", $"exec: {{apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [{script}], env: [{{name: PREFIX, value: t}}]}}"), time: _time).Credentials;
        Assert.Equal("t-1", (await credentials.GetAsync(false, default)).Token);
        Assert.Equal("t-1", (await credentials.GetAsync(false, default)).Token);
        Assert.Equal("t-2", (await credentials.GetAsync(true, default)).Token);
        _time.Advance(TimeSpan.FromMinutes(59.9));
        Assert.Equal("t-3", (await credentials.GetAsync(false, default)).Token);
    }

    [Fact]
    public async Task A_token_file_is_read_again_after_a_minute()
    {
        var file = Path.Combine(_directory, "token");
        await File.WriteAllTextAsync(file, "one\n");
        var credentials = new TokenFileCredentials(file, _time);
        Assert.Equal("one", (await credentials.GetAsync(false, default)).Token);
        await File.WriteAllTextAsync(file, "two");
        Assert.Equal("one", (await credentials.GetAsync(false, default)).Token);
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("two", (await credentials.GetAsync(false, default)).Token);
        await File.WriteAllTextAsync(file, "three");
        Assert.Equal("three", (await credentials.GetAsync(true, default)).Token);
        File.Delete(file);
        Assert.Equal("three", (await credentials.GetAsync(true, default)).Token);
    }

    [Theory]
    [InlineData("", "exec: {apiVersion: v1, command: ./none}", "cannot be run")]
    [InlineData("", "exec: {apiVersion: v1, command: /bin/false}", "exited with 1")]
    [InlineData("", "exec: {apiVersion: v1, command: /bin/echo, args: [hello]}", "no ExecCredential")]
    public async Task A_plug_in_that_gives_nothing_is_named(string cluster, string user, string expected)
    {
        var credentials = Kubeconfig.Load(Write(cluster, user), time: TimeProvider.System).Credentials;
        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await credentials.GetAsync(false, default));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("certificate-authority-data: '%%'", "token: a", "certificate-authority-data is not base64")]
    [InlineData("certificate-authority-data: aGVsbG8=", "token: a", "certificate-authority holds no certificate")]
    [InlineData("certificate-authority: none.crt", "token: a", "certificate-authority")]
    [InlineData("", "client-certificate-data: aGVsbG8=", "client-key")]
    [InlineData("", "{client-certificate: none.crt, client-key: none.key}", "client-certificate: ")]
    [InlineData("", "{client-key: /dev/null}", "go together")]
    [InlineData("", "username: me", "not supported")]
    [InlineData("", "exec: {apiVersion: v1}", "command is missing")]
    public void What_cannot_be_used_is_named(string cluster, string user, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigurationException>(() => Kubeconfig.Load(Write(cluster, user))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_context_lists_the_known_ones()
    {
        var error = Assert.Throws<ConfigurationException>(() => Kubeconfig.Load(Write("", "token: a"), "none"));
        Assert.Contains("'none'", error.Message, StringComparison.Ordinal);
        Assert.Contains("main", error.Message, StringComparison.Ordinal);
    }

    private string Write(string cluster, string user)
    {
        var path = Path.Combine(_directory, "config");
        File.WriteAllText(path, $"""
            apiVersion: v1
            kind: Config
            current-context: main
            contexts:
            - name: main
              context: @cluster: c, user: u, namespace: team!
            clusters:
            - name: c
              cluster:
                server: https://127.0.0.1:6443
                {cluster}
            users:
            - name: u
              user:
                {user}
            """.Replace('@', '{').Replace('!', '}'));
        return path;
    }
}
