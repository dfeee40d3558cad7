namespace Canario.Kubernetes.Configuration;

/// <summary>A client certificate in files that somebody rotates. Read again after a minute, or when the certificate was refused.</summary>
internal sealed class CertificateFileCredentials : IClusterCredentials
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private readonly YamlFields _user;
    private readonly TimeProvider _time;
    private volatile Held _held;

    /// <exception cref="ConfigurationException">The files cannot be used now.</exception>
    public CertificateFileCredentials(YamlFields user, TimeProvider time)
    {
        _user = user;
        _time = time;
        _held = Read();
    }

    public ValueTask<Credential> GetAsync(bool renew, CancellationToken cancellationToken)
    {
        var held = _held;
        if (renew || _time.GetElapsedTime(held.At) >= Fresh)
        {
            try
            {
                held = _held = Read();
            }
            catch (ConfigurationException)
            {
                // In the middle of a rotation, when only one of the two files is new: the old pair is better than none.
            }
        }
        return ValueTask.FromResult(held.Credential);
    }

    private Held Read() => new(new Credential(_user.Text("token"), ClientCertificate.Read(_user)), _time.GetTimestamp());

    private sealed record Held(Credential Credential, long At);
}
