using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Security;

/// <summary>The server's certificate with its chain, from PEM files that may change while the server runs (a mounted Secret, renewed).</summary>
internal sealed partial class ServerCertificate
{
    private static readonly TimeSpan s_reread = TimeSpan.FromSeconds(10);

    private readonly ServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ServerCertificate> _logger;
    private readonly Lock _lock = new();
    private SslStreamCertificateContext _context;
    private byte[] _digest;
    private long _readAt;

    /// <exception cref="ConfigurationException">The files cannot be read or do not belong together.</exception>
    public ServerCertificate(ServerOptions options, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        (_context, _digest) = Read(options);
        _readAt = time.GetTimestamp();
    }

    /// <summary>For a new connection; those there are keep the certificate that they began with.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_lock)
            {
                if (_time.GetElapsedTime(_readAt) < s_reread) return _context;
                _readAt = _time.GetTimestamp();
                try
                {
                    (SslStreamCertificateContext context, byte[] digest) = Read(_options);
                    if (digest.AsSpan().SequenceEqual(_digest)) return _context;
                    (_context, _digest) = (context, digest);
                    Log.Changed(_logger, context.TargetCertificate.Thumbprint, context.TargetCertificate.NotAfter);
                }
                catch (ConfigurationException e)
                {
                    // A pair is written file by file: between them they do not fit.
                    Log.Kept(_logger, e.Message);
                }

                return _context;
            }
        }
    }

    private static (SslStreamCertificateContext Context, byte[] Digest) Read(ServerOptions options)
    {
        string certificate = options.TlsCertificateFile;
        string key = options.TlsKeyFile;
        if (certificate.Length == 0 || key.Length == 0) throw new ConfigurationException("--tls-certificate-file and --tls-key-file are given together or not at all");
        try
        {
            // Once each: the digest of what was written a moment later would hide it for good.
            string certificatePem = File.ReadAllText(certificate);
            string keyPem = File.ReadAllText(key);
            if (!IsWhole(certificatePem)) throw new ConfigurationException($"{certificate} is not whole: a BEGIN has no END");
            var own = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificatePem);
            return (SslStreamCertificateContext.Create(own, chain, offline: true), SHA256.HashData(Encoding.UTF8.GetBytes(certificatePem + keyPem)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ConfigurationException($"{certificate} and {key} are no certificate with its key: {e.Message}");
        }
    }

    /// <summary>Of a file that is being written the last block is cut, and reading would pass over it: clients would miss an intermediate certificate.</summary>
    private static bool IsWhole(string pem)
    {
        string[] marks = [.. pem.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith("-----", StringComparison.Ordinal))];
        return marks.Chunk(2).All(pair => pair.Length == 2 && pair[0].StartsWith("-----BEGIN ", StringComparison.Ordinal) && pair[1] == pair[0].Replace("BEGIN", "END", StringComparison.Ordinal));
    }

    private static partial class Log
    {
        [LoggerMessage(51, LogLevel.Information, "New connections get certificate {Thumbprint}, valid until {NotAfter}")]
        public static partial void Changed(ILogger logger, string thumbprint, DateTime notAfter);

        [LoggerMessage(52, LogLevel.Warning, "The certificate stays as it was: {Reason}")]
        public static partial void Kept(ILogger logger, string reason);
    }
}
