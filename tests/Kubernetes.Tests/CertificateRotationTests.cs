using System.Text.Json.Nodes;
using Canario.Kubernetes.Configuration;

namespace Canario.Kubernetes.Tests;

public sealed class CertificateRotationTests(SigningCluster cluster) : IClassFixture<SigningCluster>, IDisposable
{
    private const string Administrators = "system:masters";
    private readonly string _directory = Directory.CreateTempSubdirectory("canario-certificates-").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refused_certificate_is_replaced_and_the_call_goes_out_again_with_the_new_one(bool http2)
    {
        var expired = cluster.Issue("alice", ends: -1);
        using var refused = cluster.Connect(new StaticCredentials(cluster.NewCredential("alice", ends: -1)), http2);
        Assert.Equal(KubernetesError.Unauthorized, (await ClientTests.ErrorOf(() => refused.GetAsync(Resources.ConfigMaps, "default", "a", default))).Error);
        using var client = cluster.Connect(Kubeconfig.Load(WritePlugin((expired, null), (cluster.Issue("bob"), null)), time: _time).Credentials, http2);

        Assert.Equal("bob", await UserAsync(client));
    }

    [Fact]
    public async Task A_certificate_of_a_plug_in_is_replaced_before_it_expires()
    {
        var path = WritePlugin((cluster.Issue("alice"), "2030-01-01T01:00:00Z"), (cluster.Issue("bob"), "2030-01-01T02:00:00Z"));
        using var client = cluster.Connect(Kubeconfig.Load(path, time: _time).Credentials, http2: true);
        Assert.Equal("alice", await UserAsync(client));

        _time.Advance(TimeSpan.FromMinutes(59.9));

        Assert.Equal("bob", await UserAsync(client));
    }

    [Fact]
    public async Task A_certificate_file_is_read_again_after_a_minute_and_only_with_its_key()
    {
        WriteFiles(cluster.Issue("alice"));
        using var client = cluster.Connect(Kubeconfig.Load(WriteKubeconfig("client-certificate: user.crt, client-key: user.key"), time: _time).Credentials, http2: true);
        Assert.Equal("alice", await UserAsync(client));
        WriteFiles(cluster.Issue("bob"));
        Assert.Equal("alice", await UserAsync(client));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("bob", await UserAsync(client));

        var carol = cluster.Issue("carol");
        await File.WriteAllTextAsync(Path.Combine(_directory, "user.crt"), carol.Certificate);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("bob", await UserAsync(client));
        WriteFiles(carol);
        Assert.Equal("carol", await UserAsync(client));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_watch_goes_on_over_the_connection_that_it_began_on(bool http2)
    {
        var name = http2 ? "second" : "first";
        var credentials = new ChangingCredentials(cluster.NewCredential("alice", Administrators));
        using var client = cluster.Connect(credentials, http2);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var start = (await client.ListAsync(Resources.ConfigMaps, "default", null, limit.Token)).Metadata.ResourceVersion!;
        await using var watch = client.WatchAsync(Resources.ConfigMaps, "default", start, null, limit.Token).GetAsyncEnumerator(limit.Token);
        await client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap("default", $"before-{name}"), limit.Token);
        Assert.True(await watch.MoveNextAsync());

        credentials.Now = cluster.NewCredential("bob");
        Assert.Equal("bob", await UserAsync(client));
        credentials.Now = cluster.NewCredential("carol", Administrators);
        await client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap("default", $"after-{name}"), limit.Token);

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal($"after-{name}", watch.Current.Value.Metadata.Name);
    }

    [Fact]
    public async Task Calls_under_way_are_not_disturbed_by_rotations()
    {
        var credentials = new ChangingCredentials(cluster.NewCredential("alice", Administrators));
        using var client = cluster.Connect(credentials, http2: true);
        using var done = new CancellationTokenSource();
        var calls = 0;
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await client.ListAsync(Resources.ConfigMaps, "default", null, default);
                Interlocked.Increment(ref calls);
            }
        })).ToList();
        for (var rotation = 0; rotation < 20; rotation++)
        {
            var seen = Volatile.Read(ref calls);
            credentials.Now = cluster.NewCredential($"user-{rotation}", Administrators);
            await Wait.ForAsync(() => Volatile.Read(ref calls) > seen || callers.Exists(caller => caller.IsFaulted), "a call is answered");
        }
        await done.CancelAsync();
        await Task.WhenAll(callers);
    }

    // Without a group nothing is allowed, and the refusal names the user.
    private static async Task<string> UserAsync(KubernetesClient client)
    {
        var error = await ClientTests.ErrorOf(() => client.GetAsync(Resources.ConfigMaps, "default", "a", default));
        Assert.Equal(KubernetesError.Forbidden, error.Error);
        return error.Message.Split("User \"")[1].Split('"')[0];
    }

    private string WritePlugin(params ((string Certificate, string Key) Pair, string? Expires)[] runs)
    {
        for (var run = 0; run < runs.Length; run++)
        {
            var credential = new JsonObject
            {
                ["apiVersion"] = "client.authentication.k8s.io/v1",
                ["kind"] = "ExecCredential",
                ["status"] = new JsonObject
                {
                    ["clientCertificateData"] = runs[run].Pair.Certificate,
                    ["clientKeyData"] = runs[run].Pair.Key,
                    ["expirationTimestamp"] = runs[run].Expires,
                },
            };
            File.WriteAllText(Path.Combine(_directory, $"{run + 1}.json"), credential.ToJsonString());
        }
        var count = Path.Combine(_directory, "count");
        File.WriteAllText(Path.Combine(_directory, "plugin.sh"), $"echo x >> {count}\ncat {_directory}/$(wc -l < {count}).json\n");
        return WriteKubeconfig("exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [" + _directory + "/plugin.sh]}");
    }

    private void WriteFiles((string Certificate, string Key) pair)
    {
        File.WriteAllText(Path.Combine(_directory, "user.crt"), pair.Certificate);
        File.WriteAllText(Path.Combine(_directory, "user.key"), pair.Key);
    }

    private string WriteKubeconfig(string user)
    {
        var path = Path.Combine(_directory, "config");
        File.WriteAllText(path, $$$"""
            current-context: main
            contexts: [{name: main, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: '{{{cluster.Server}}}', certificate-authority-data: {{{cluster.AuthorityData}}}}}]
            users: [{name: u, user: {{{{user}}}}}]
            """);
        return path;
    }
}
