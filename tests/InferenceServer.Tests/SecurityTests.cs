using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Security;
using Canario.InferenceServer.Tests.Grpc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.InferenceServer.Tests;

public sealed class SecurityTests(GrpcJsClient grpc) : IClassFixture<GrpcJsClient>
{
    private const string Key = "correct-horse-battery";

    [Fact]
    public async Task A_connection_too_many_is_closed_and_there_is_room_again_when_another_ends()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        // One is the test's own, that has asked whether the server is ready.
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { Limits = o.Limits with { MaximumConnections = 2 } });
        using (var second = new TcpClient())
        {
            Assert.True(await AsksAsync(second, server));
            using var third = new TcpClient();
            Assert.False(await AsksAsync(third, server));
            Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/health")).StatusCode);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var next = new TcpClient();
            if (await AsksAsync(next, server)) break;
            await Task.Delay(50, limit.Token);
        }
    }

    private static async Task<bool> AsksAsync(TcpClient client, TestServer server)
    {
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Client.BaseAddress!.Port);
            await client.GetStream().WriteAsync("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            return await client.GetStream().ReadAsync(new byte[256]).AsTask().WaitAsync(TimeSpan.FromSeconds(30)) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    [Fact]
    public async Task With_keys_inference_and_metadata_need_one_and_probes_do_not()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string file = Path.Combine(folder.Path, "keys");
        File.WriteAllText(file, $"# staging\n\n{Key}\n another-key-1 \n");
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { ApiKeysFile = file });
        foreach (string path in new[] { "/v2/health/ready", "/v2/health/live", "/health", "/metrics", "/v2/models/m/ready" })
            Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync(path)).StatusCode);

        Assert.Equal(401, await PostAsync(server, null, null));
        Assert.Equal(401, await PostAsync(server, "Bearer wrong-key-here", null));
        Assert.Equal(401, await PostAsync(server, $"Basic {Key}", null));
        Assert.Equal(401, await PostAsync(server, null, new string('x', 600)));
        Assert.Equal(200, await PostAsync(server, $"Bearer {Key}", null));
        Assert.Equal(200, await PostAsync(server, null, "another-key-1"));
        using HttpResponseMessage refused = await server.Client.GetAsync("/v2/models/m");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.Single().Scheme);
        Assert.DoesNotContain(Key, server.Log, StringComparison.Ordinal);

        Assert.Equal(16, (int)(await grpc.CallAsync(server, "ModelMetadata", """{"name":"m"}"""))["code"]!);
        Assert.Equal(16, (int)(await grpc.CallAsync(server, "ModelInfer", """{"model_name":"m"}"""))["code"]!);
        Assert.Equal(0, (int)(await grpc.CallAsync(server, "ServerReady", "{}"))["code"]!);
        Assert.Equal(0, (int)(await grpc.CallAsync(server, "ModelMetadata", """{"name":"m"}""", $$$"""{"metadata":{"authorization":"Bearer {{{Key}}}"}}"""))["code"]!);
    }

    [Fact]
    public void Changed_keys_are_in_force_after_a_while_and_an_unusable_file_changes_nothing()
    {
        using var folder = new ModelFolder([]);
        string file = Path.Combine(folder.Path, "keys");
        File.WriteAllText(file, Key);
        var time = new SteppedTime();
        var keys = new ApiKeys(new ServerOptions { ApiKeysFile = file }, time, NullLogger<ApiKeys>.Instance);
        Assert.NotNull(keys.Find(Key));
        File.WriteAllText(file, "the-next-key");
        Assert.NotNull(keys.Find(Key));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(keys.Find(Key));
        Assert.NotNull(keys.Find("the-next-key"));
        File.WriteAllText(file, "short");
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.NotNull(keys.Find("the-next-key"));
        Assert.Throws<ConfigurationException>(() => new ApiKeys(new ServerOptions { ApiKeysFile = file }, time, NullLogger<ApiKeys>.Instance));
        Assert.Throws<ConfigurationException>(() => new ApiKeys(new ServerOptions { ApiKeysFile = file + "-not-there" }, time, NullLogger<ApiKeys>.Instance));
    }

    [Fact]
    public async Task A_client_that_asks_too_often_is_told_to_wait_and_others_are_not()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string file = Path.Combine(folder.Path, "keys");
        File.WriteAllText(file, $"{Key}\nanother-key-1\n");
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { ApiKeysFile = file, RequestsPerSecond = 1, RequestBurst = 3 });
        int[] codes = new int[20];
        for (int i = 0; i < codes.Length; i++) codes[i] = await PostAsync(server, null, Key);
        Assert.Equal([200, 200, 200], codes[..3]);
        Assert.Contains(429, codes);
        Assert.Equal(200, await PostAsync(server, null, "another-key-1"));
        // The bucket fills again.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await PostAsync(server, null, Key) != 200) await Task.Delay(50, limit.Token);

        HttpResponseMessage answer;
        do
        {
            using HttpRequestMessage again = Request(null, Key);
            answer = await server.Client.SendAsync(again);
        }
        while (answer.StatusCode != HttpStatusCode.TooManyRequests);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains("more than 1 requests a second", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        answer.Dispose();
    }

    [Theory]
    [InlineData(19, 1, 0.6)] // A bucket of one loses what is not asked for in time.
    [InlineData(19, 19, 0.9)]
    [InlineData(25, 25, 0.9)]
    public async Task The_rate_is_the_one_that_was_asked_for_whatever_divides_it(int rate, int burst, double least)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { RequestsPerSecond = rate, RequestBurst = burst });
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        int served = 0;
        while (System.Diagnostics.Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(4))
        {
            if (await PostAsync(server, null, null) == 200) served++;
        }

        double allowed = burst + (rate * System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalSeconds);
        Assert.InRange(served, allowed * least, allowed + 1);
    }

    [Fact]
    public async Task With_certificate_files_both_ports_speak_TLS()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        (string certificate, string key) = WriteCertificate(folder.Path, "one");
        await using TestServer server = await TestServer.StartAsync(folder.Path, o => o with { TlsCertificateFile = certificate, TlsKeyFile = key });
        string thumbprint = X509CertificateLoader.LoadCertificateFromFile(certificate).Thumbprint;
        foreach ((int port, SslApplicationProtocol protocol) in new[] { (server.Client.BaseAddress!.Port, SslApplicationProtocol.Http11), (server.GrpcPort, SslApplicationProtocol.Http2) })
        {
            using var socket = new TcpClient("127.0.0.1", port);
            await using var tls = new SslStream(socket.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "one",
                ApplicationProtocols = [protocol],
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented!.GetCertHashString() == thumbprint,
            });
            Assert.Equal(protocol, tls.NegotiatedApplicationProtocol);
        }

        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented!.GetCertHashString() == thumbprint;
        using var client = new HttpClient(handler) { BaseAddress = server.Client.BaseAddress };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(HttpPaths.V2Live)).StatusCode);
    }

    [Fact]
    public void A_renewed_certificate_is_used_after_a_while_and_a_half_written_pair_is_not()
    {
        using var folder = new ModelFolder([]);
        (string certificate, string key) = WriteCertificate(folder.Path, "one");
        var time = new SteppedTime();
        var options = new ServerOptions { TlsCertificateFile = certificate, TlsKeyFile = key };
        var server = new ServerCertificate(options, time, NullLogger<ServerCertificate>.Instance);
        Assert.Equal("CN=one", server.Current.TargetCertificate.Subject);
        (string next, string nextKey) = WriteCertificate(folder.Path, "two");
        File.Copy(next, certificate, overwrite: true);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("CN=one", server.Current.TargetCertificate.Subject);
        File.Copy(nextKey, key, overwrite: true);
        Assert.Equal("CN=one", server.Current.TargetCertificate.Subject);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("CN=two", server.Current.TargetCertificate.Subject);
        Assert.Throws<ConfigurationException>(() => new ServerCertificate(options with { TlsKeyFile = "" }, time, NullLogger<ServerCertificate>.Instance));
    }

    [Fact]
    public void A_certificate_whose_chain_is_cut_is_not_used()
    {
        using var folder = new ModelFolder([]);
        (string certificate, string key) = WriteCertificate(folder.Path, "one");
        var time = new SteppedTime();
        var options = new ServerOptions { TlsCertificateFile = certificate, TlsKeyFile = key };
        var server = new ServerCertificate(options, time, NullLogger<ServerCertificate>.Instance);
        (string leaf, string leafKey) = WriteCertificate(folder.Path, "leaf");
        string above = File.ReadAllText(WriteCertificate(folder.Path, "above").Certificate);
        File.Copy(leafKey, key, overwrite: true);
        foreach (int length in new[] { 10, above.Length / 2, above.Length - 5 })
        {
            File.WriteAllText(certificate, $"{File.ReadAllText(leaf)}\n{above[..length]}");
            time.Advance(TimeSpan.FromSeconds(11));
            Assert.Equal("CN=one", server.Current.TargetCertificate.Subject);
            Assert.Contains("a BEGIN has no END", Assert.Throws<ConfigurationException>(() => new ServerCertificate(options, time, NullLogger<ServerCertificate>.Instance)).Message, StringComparison.Ordinal);
        }

        // What tools write around the blocks is no part of them.
        File.WriteAllText(certificate, $" 0 s:CN = leaf\n---\n{File.ReadAllText(leaf)}\r\n 1 s:CN = above\n---\n{above}\n---\n");
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("CN=leaf", server.Current.TargetCertificate.Subject);
    }

    [Fact]
    public async Task A_certificate_renewed_while_it_is_read_is_used_the_next_time()
    {
        using var folder = new ModelFolder([]);
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (string certificate, string key) = WriteCertificate(folder.Path, "served", pair);
        string[] names = ["one", "two"];
        string[] renewed = [.. names.Select(name => WriteCertificate(folder.Path, name, pair).Certificate)];
        var time = new SteppedTime();
        var server = new ServerCertificate(new ServerOptions { TlsCertificateFile = certificate, TlsKeyFile = key }, time, NullLogger<ServerCertificate>.Instance);
        for (int round = 0; round < 200; round++)
        {
            int last = 0;
            using var stop = new CancellationTokenSource();
            var renewing = Task.Run(() =>
            {
                do
                {
                    last = 1 - last;
                    File.Copy(renewed[last], certificate + ".next", overwrite: true);
                    File.Move(certificate + ".next", certificate, overwrite: true);
                }
                while (!stop.IsCancellationRequested);
            });
            time.Advance(TimeSpan.FromSeconds(11));
            _ = server.Current;
            await stop.CancelAsync();
            await renewing;
            time.Advance(TimeSpan.FromSeconds(11));
            Assert.Equal($"CN={names[last]}", server.Current.TargetCertificate.Subject);
        }
    }

    private static (string Certificate, string Key) WriteCertificate(string folder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return WriteCertificate(folder, name, key);
    }

    private static (string Certificate, string Key) WriteCertificate(string folder, string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100));
        string path = Path.Combine(folder, name);
        File.WriteAllText(path + ".crt", certificate.ExportCertificatePem());
        File.WriteAllText(path + ".key", key.ExportPkcs8PrivateKeyPem());
        return (path + ".crt", path + ".key");
    }

    private static HttpRequestMessage Request(string? authorization, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent(ModelFolder.Row) };
        if (authorization is not null) request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
        if (key is not null) request.Headers.Add(Admission.KeyHeader, key);
        return request;
    }

    private static async Task<int> PostAsync(TestServer server, string? authorization, string? key)
    {
        using HttpRequestMessage request = Request(authorization, key);
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan step) => _now += step.Ticks;

        public override long GetTimestamp() => _now;
    }
}
