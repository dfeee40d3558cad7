using System.Security.Cryptography;

namespace Canario.InferenceServer.Models.Fetching;

/// <summary>A file on its way: what came so far, its digest, and what it must be joined with. It outlives the process, so that a restarted one goes on where it was.</summary>
internal sealed class PartialFile : IDisposable
{
    private const int BufferBytes = 1 << 17;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private PartialFile(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Bytes that came.</summary>
    public long Length { get; private set; }

    /// <summary>Of the answer that the bytes are from; null: it had none.</summary>
    public Validator? Validator { get; private set; }

    /// <summary>It was put together from several answers.</summary>
    public bool IsJoined { get; private set; }

    private string ValidatorPath => PartialPath.ValidatorOf(_path);

    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="key">The same for the same file at the same place.</param>
    /// <param name="cancellation">Ends the reading of what there is.</param>
    public static async Task<PartialFile> OpenAsync(string folder, string key, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        (string path, FileStream file) = PartialPath.Open(folder, key);
        var partial = new PartialFile(path, file);
        try
        {
            await partial.ReadWhatThereIsAsync(cancellation);
            return partial;
        }
        catch
        {
            partial.Dispose();
            throw;
        }
    }

    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _file.WriteAsync(bytes, cancellation);
        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
    }

    /// <summary>Drops what came: the next bytes are the first of an answer with this validator.</summary>
    public void Restart(Validator? validator)
    {
        _file.SetLength(0);
        _file.Position = 0;
        _hash.GetHashAndReset();
        Length = 0;
        IsJoined = false;
        Validator = validator;
        if (validator is null) File.Delete(ValidatorPath);
        else File.WriteAllText(ValidatorPath, validator.Value);
    }

    /// <summary>Bytes of another answer follow.</summary>
    public void GoOn() => IsJoined = true;

    /// <summary>It can be told whether bytes of another answer belong to these.</summary>
    public bool CanGoOn(bool digestIsKnown) => digestIsKnown || Validator is not null;

    /// <summary>Lower-case hex sha256 of all that came.</summary>
    public string Digest() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Puts the whole file into its place.</summary>
    public async Task MoveAsync(string path, CancellationToken cancellation)
    {
        await _file.FlushAsync(cancellation);
        File.Move(_path, path, overwrite: true);
        File.Delete(ValidatorPath);
    }

    public void Delete()
    {
        File.Delete(_path);
        File.Delete(ValidatorPath);
    }

    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    private async Task ReadWhatThereIsAsync(CancellationToken cancellation)
    {
        if (_file.Length == 0) return;
        Validator = File.Exists(ValidatorPath) ? Validator.Parse(await File.ReadAllTextAsync(ValidatorPath, cancellation)) : null;
        byte[] buffer = new byte[BufferBytes];
        int read;
        while ((read = await _file.ReadAsync(buffer, cancellation)) > 0)
        {
            _hash.AppendData(buffer, 0, read);
            Length += read;
        }
    }
}
