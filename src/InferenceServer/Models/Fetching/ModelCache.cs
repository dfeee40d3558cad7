using System.Security.Cryptography;
using Canario.Contract;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Models.Fetching;

/// <summary>Files by their digest. What has a name here is whole and right when it is put here; reading it again finds a disk that lies.</summary>
internal sealed class ModelCache(ServerOptions options)
{
    private const int MaximumOpenings = 200;

    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(5);

    public string Folder { get; } = Path.Combine(options.CacheDirectory, "sha256");

    public string PathOf(string sha256) => Path.Combine(Folder, sha256);

    /// <summary>Of a file that lies here: its name.</summary>
    public static string DigestOf(string path) => Path.GetFileName(path);

    /// <summary>Path of a file with this digest; null: there is none.</summary>
    public async Task<string?> FindAsync(string sha256, CancellationToken cancellation)
    {
        if (sha256.Length == 0) return null;
        string path = PathOf(sha256);
        return File.Exists(path) && await HashAsync(path, cancellation) == sha256 ? path : null;
    }

    public static async Task<string> HashAsync(string path, CancellationToken cancellation)
    {
        await using FileStream file = await OpenAsync(path, cancellation);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }

    /// <summary>Opens a file to be read that others may bring at the same time: whoever did has it alone until a moment after it got its name.</summary>
    public static async Task<FileStream> OpenAsync(string path, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return File.OpenRead(path);
            }
            catch (IOException e) when (attempt < MaximumOpenings && e.GetType() == typeof(IOException))
            {
                await Task.Delay(s_moment, TimeProvider.System, cancellation);
            }
        }
    }

    public static ModelLoadException WrongDigest(string source, string expected, string actual) =>
        new(ExitCodes.WrongDigest, $"{source} has sha256 {actual}; {expected} was asked for");

    public ModelLoadException NotWritable(Exception e) =>
        new(ExitCodes.ModelUnavailable, $"the cache folder {Folder} cannot be written: {e.Message}");
}
