using System.Security.Cryptography;
using System.Text;
using Canario.Contract;

namespace Canario.InferenceServer.Batch;

/// <summary>The rows' bytes from a place on.</summary>
/// <param name="Stream">From that place.</param>
/// <param name="Length">Of the whole; null: unknown.</param>
/// <param name="Identity">Differs when the input does, as far as can be told.</param>
internal sealed record BatchSource(Stream Stream, long? Length, string Identity) : IAsyncDisposable
{
    /// <exception cref="BatchException">It cannot be read.</exception>
    public static async Task<BatchSource> OpenAsync(Uri uri, long position, string? identity, HttpClient http, int attempts, TimeProvider time, CancellationToken cancellation)
    {
        if (!uri.IsFile) return await HttpSource.OpenAsync(uri, position, identity, http, attempts, time, cancellation);
        try
        {
            var file = new FileStream(uri.LocalPath, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
            if (!file.CanSeek)
            {
                await file.DisposeAsync();
                throw new BatchException(ExitCodes.BatchInputFailed, $"{uri.LocalPath} is a pipe, which cannot be read again after a kill; write the rows to a file");
            }

            string actual = $"{file.Length} bytes of {File.GetLastWriteTimeUtc(file.SafeFileHandle):O}";
            if (identity is not null) RequireSame(uri, identity, actual);
            RequireUnpacked(uri, First(file));
            file.Position = position;
            return new BatchSource(file, file.Length, actual);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BatchException(ExitCodes.BatchInputFailed, $"{uri.LocalPath} cannot be read: {e.Message}");
        }
    }

    /// <summary>Packed rows would be an error each. By RFC 1952 gzip data begin so, and no text in UTF-8 does.</summary>
    /// <param name="uri">Of the input.</param>
    /// <param name="first">Its first bytes.</param>
    /// <exception cref="BatchException">It is packed.</exception>
    public static void RequireUnpacked(Uri uri, ReadOnlySpan<byte> first)
    {
        if (first is [0x1F, 0x8B, ..])
            throw new BatchException(ExitCodes.BatchInputFailed, $"{Show(uri)} is packed with gzip; rows are read unpacked");
    }

    public static void RequireSame(Uri uri, string identity, string actual)
    {
        if (identity == actual) return;
        throw new BatchException(
            ExitCodes.BatchInputFailed,
            $"{Show(uri)} has changed since the batch began ({identity} then, {actual} now): its rows would be lost or repeated; --start-over true begins anew");
    }

    /// <summary>Without the query and the user: either may be a secret.</summary>
    public static string Show(Uri uri) => uri.IsFile ? uri.LocalPath : uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Differs where <see cref="Show"/> does and where the query does, of which it tells a digest.</summary>
    public static string Describe(Uri uri) =>
        Show(uri) + (uri.IsFile || uri.Query.Length == 0 ? "" : $" with query {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uri.Query)))[..16]}");

    private static byte[] First(FileStream file)
    {
        byte[] first = new byte[2];
        return first[..RandomAccess.Read(file.SafeFileHandle, first, 0)];
    }

    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
