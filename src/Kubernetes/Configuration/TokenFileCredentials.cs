namespace Canario.Kubernetes.Configuration;

/// <summary>A token in a file that somebody rotates. Read again after a minute, or when the token was refused.</summary>
public sealed class TokenFileCredentials(string path, TimeProvider time) : IClusterCredentials
{
    // The kubelet rotates at 80 % of a lifetime of at least ten minutes, so a token a minute old still holds.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private const int LongestToken = 64 << 10;
    private volatile Held? _held;

    public async ValueTask<Credential> GetAsync(bool renew, CancellationToken cancellationToken)
    {
        if (!renew && _held is { } held && time.GetElapsedTime(held.At) < Fresh)
        {
            return held.Credential;
        }
        try
        {
            var length = new FileInfo(path).Length;
            if (length > LongestToken)
            {
                throw new ConfigurationException($"{path}: {length} bytes are no token; at most {LongestToken} are allowed.");
            }
            var token = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
            var credential = new Credential(token, null);
            _held = new Held(credential, time.GetTimestamp());
            return credential;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In the middle of a rotation the old token is better than none.
            return _held?.Credential ?? throw new ConfigurationException($"{path}: {e.Message}", e);
        }
    }

    private sealed record Held(Credential Credential, long At);
}
