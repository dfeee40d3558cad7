using System.Net;
using System.Security.Cryptography.X509Certificates;
using Canario.LocalCluster.Processes;
using Canario.LocalCluster.Security;

namespace Canario.LocalCluster.Control;

/// <summary>Asks the API server, as the administrator, whether something is there yet.</summary>
internal sealed class ApiServerProbe : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private readonly HttpClient client;
    private readonly X509Certificate2 certificate;
    private readonly X509Certificate2 authority;
    private readonly TimeProvider time;

    public ApiServerProbe(string url, string caCertificatePem, PemPair admin, TimeProvider time)
    {
        this.time = time;
        certificate = X509Certificate2.CreateFromPem(admin.Certificate, admin.Key);
        authority = X509Certificate2.CreateFromPem(caCertificatePem);
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.ClientCertificates = [certificate];
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        client = new HttpClient(handler) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>Polls until the path answers 200. Fails at once when the process that should make it so has ended.</summary>
    public async Task WaitForAsync(
        string path, ChildProcess process, TimeSpan timeout, CancellationToken cancellationToken, Func<string, bool>? isReady = null)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            if (process.HasExited)
                throw process.Failure("ended while it was starting");
            try
            {
                if (await GetAsync(path, either.Token) is { } body && (isReady is null || isReady(body)))
                    return;
                await Task.Delay(Interval, time, either.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw process.Failure($"was not ready within {timeout.TotalSeconds:0} s, as {path} would say");
            }
        }
    }

    /// <summary>The body of a 200, null for any other answer and for none.</summary>
    public async Task<string?> GetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(path, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsStringAsync(cancellationToken) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose()
    {
        client.Dispose();
        certificate.Dispose();
        authority.Dispose();
    }
}
