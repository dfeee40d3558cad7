using System.Security.Cryptography;
using System.Text;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Security;

/// <summary>The keys that clients must have, from a file that may change while the server runs (a mounted Secret).</summary>
internal sealed partial class ApiKeys
{
    private const int MaximumFileBytes = 1 << 20;
    private const int ShortestKey = 8;
    private const int LongestKey = 512;

    // A mounted Secret takes about a minute to change; reading a small file this often costs nothing.
    private static readonly TimeSpan s_reread = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger<ApiKeys> _logger;
    private volatile HashSet<string> _digests;
    private long _readAt;

    /// <exception cref="ConfigurationException">The file cannot be read or holds no keys.</exception>
    public ApiKeys(ServerOptions options, TimeProvider time, ILogger<ApiKeys> logger)
    {
        _path = options.ApiKeysFile;
        _time = time;
        _logger = logger;
        _digests = _path.Length == 0 ? [] : Read(_path);
        _readAt = time.GetTimestamp();
    }

    public bool AreRequired => _path.Length > 0;

    /// <returns>A digest that stands for the client; null: none of the keys.</returns>
    public string? Find(ReadOnlySpan<char> key)
    {
        if (key.Length is < ShortestKey or > LongestKey) return null;
        Reread();
        // Looked up by digest: the time that takes tells nothing about the keys.
        string digest = Digest(key);
        return _digests.Contains(digest) ? digest : null;
    }

    private static string Digest(ReadOnlySpan<char> key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.ToArray())));

    private static HashSet<string> Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaximumFileBytes) throw new ConfigurationException($"{path} is larger than {MaximumFileBytes} bytes");
            string[] keys = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
            if (keys.Length == 0) throw new ConfigurationException($"{path} holds no key: one a line is expected");
            int wrong = Array.FindIndex(keys, key => key.Length is < ShortestKey or > LongestKey);
            // Not the key itself: it may be nearly right.
            if (wrong >= 0) throw new ConfigurationException($"{path}: key {wrong + 1} has {keys[wrong].Length} characters; {ShortestKey} to {LongestKey} are allowed");
            return [.. keys.Select(key => Digest(key))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path} cannot be read: {e.Message}");
        }
    }

    private void Reread()
    {
        long readAt = Volatile.Read(ref _readAt);
        if (_time.GetElapsedTime(readAt) < s_reread) return;
        // One of the requests reads; the others use what there is.
        if (Interlocked.CompareExchange(ref _readAt, _time.GetTimestamp(), readAt) != readAt) return;
        try
        {
            _digests = Read(_path);
        }
        catch (ConfigurationException e)
        {
            Log.Kept(_logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(50, LogLevel.Warning, "The API keys stay as they were: {Reason}")]
        public static partial void Kept(ILogger logger, string reason);
    }
}
