using System.Text;
using System.Text.Unicode;
using Canario.Router.Configuration;
using Canario.Router.Fields;
using Canario.Router.Forwarding;
using Canario.Router.Routing;

namespace Canario.Router.Http1;

/// <summary>
/// The head of a client's request (RFC 9112), read strictly: a request that another reader could frame differently is refused and reaches no server. It keeps a copy of its
/// bytes, since a second attempt needs them when those of the body behind it are gone already.
/// </summary>
internal sealed class RequestHead : IRequestFields
{
    public const int MaxBytes = 32 * 1024;
    private const int MaxLineBytes = 8 * 1024;
    private const int MaxLines = 100;
    // What is kept for the connection's next request.
    private const int KeptBytes = 4 * 1024;
    private byte[] _bytes = new byte[512];
    private int _methodLength;
    private (int Start, int Length) _target;
    private (int Start, int Length) _authority;

    public FieldLines Fields { get; } = new(MaxLines);

    public ReadOnlySpan<byte> Bytes => _bytes;

    public ReadOnlySpan<byte> Method => _bytes.AsSpan(0, _methodLength);

    /// <summary>Path and query; "?x" or nothing when the slash before it is left out.</summary>
    public ReadOnlySpan<byte> Target => _bytes.AsSpan(_target.Start, _target.Length);

    public ReadOnlySpan<byte> Host => HostField is { } line ? FieldLines.ValueOf(_bytes, line) : default;

    public Field? HostField { get; private set; }

    public bool IsHead => Method.SequenceEqual("HEAD"u8);

    public bool IsHttp10 { get; private set; }

    /// <summary>The client means to go on after this one.</summary>
    public bool KeepAlive { get; private set; }

    public bool ExpectsContinue { get; private set; }

    /// <summary>Status for a malformed one.</summary>
    public int ErrorStatus { get; private set; }

    /// <summary>Whether sending twice is as good as once: by its method (RFC 9110, section 9.2.2), or as a question to a model.</summary>
    public bool IsIdempotent =>
        (Method.SequenceEqual("POST"u8) && InferencePaths.Include(Target)) || Method.SequenceEqual("GET"u8) || Method.SequenceEqual("HEAD"u8) || Method.SequenceEqual("PUT"u8) || Method.SequenceEqual("DELETE"u8)
        || Method.SequenceEqual("OPTIONS"u8) || Method.SequenceEqual("TRACE"u8);

    /// <param name="data">All that is buffered, from the head's first byte.</param>
    /// <param name="consumed">Length of the head, when it is whole.</param>
    public HeadResult Parse(ReadOnlySpan<byte> data, out int consumed)
    {
        consumed = 0;
        int position = Line.Next(data, out var line);
        if (position == 0)
        {
            if (data.Length > MaxLineBytes) return Refuse(414);
            // What begins like no method is another protocol, and may wait for an answer before it says more.
            return data.IsEmpty || Tokens.Bytes.Contains(data[0]) ? HeadResult.NeedMore : Refuse(400);
        }
        if (position < 0) return Refuse(400);
        if (position > MaxLineBytes) return Refuse(414);
        int status = ReadLine(line);
        if (status != 0) return Refuse(status);
        var result = Fields.Parse(data, ref position, IsHttp10 ? 0 : 1);
        if (result == HeadResult.NeedMore) return data.Length >= MaxBytes ? Refuse(431) : result;
        if (result == HeadResult.Malformed) return Refuse(Fields.TooMany ? 431 : 400);
        if (position > MaxBytes) return Refuse(431);
        // Half an UTF-8 sequence is taken by some readers for what it is and by others for the beginning of the next.
        if (!Utf8.IsValid(data[..position])) return Refuse(400);
        Keep(data[..position]);
        if (!ReadFields()) return Refuse(400);
        consumed = position;
        return HeadResult.Done;
    }

    /// <summary>Forgets what was read of a head that will not be whole.</summary>
    public void Drop() => _methodLength = 0;

    public int Count(string name)
    {
        int count = 0;
        foreach (ref readonly var field in Fields.All)
        {
            if (Ascii.EqualsIgnoreCase(FieldLines.NameOf(_bytes, field), name)) count++;
        }
        return count;
    }

    public string? First(string name)
    {
        foreach (ref readonly var field in Fields.All)
        {
            if (Ascii.EqualsIgnoreCase(FieldLines.NameOf(_bytes, field), name)) return Encoding.UTF8.GetString(FieldLines.ValueOf(_bytes, field));
        }
        return null;
    }

    // METHOD SP target SP HTTP/1.x. Returns the status to refuse it with; 0: it is sound.
    private int ReadLine(ReadOnlySpan<byte> line)
    {
        int methodEnd = line.IndexOf((byte)' ');
        if (methodEnd <= 0 || line[..methodEnd].ContainsAnyExcept(Tokens.Bytes)) return 400;
        var rest = line[(methodEnd + 1)..];
        int targetEnd = rest.IndexOf((byte)' ');
        if (targetEnd <= 0) return 400;
        var version = rest[(targetEnd + 1)..];
        IsHttp10 = version.SequenceEqual("HTTP/1.0"u8);
        if (!IsHttp10 && !version.SequenceEqual("HTTP/1.1"u8)) return version.Length == 8 && version.StartsWith("HTTP/"u8) ? 505 : 400;
        // There is nothing behind a model to tunnel to.
        var method = line[..methodEnd];
        if (method.SequenceEqual("CONNECT"u8)) return 400;
        var target = rest[..targetEnd];
        if (!RequestTarget.TrySplit(target, method, out var authority, out var path)) return 400;
        _methodLength = methodEnd;
        var (start, length) = path.GetOffsetAndLength(target.Length);
        _target = (methodEnd + 1 + start, length);
        (start, length) = authority.GetOffsetAndLength(target.Length);
        _authority = (methodEnd + 1 + start, length);
        return 0;
    }

    private bool ReadFields()
    {
        HostField = null;
        ExpectsContinue = false;
        foreach (ref readonly var field in Fields.All)
        {
            if (field.Kind == FieldKind.Host)
            {
                if (HostField is not null) return false;
                HostField = field;
            }
            else if (field.Kind == FieldKind.Expect && Ascii.EqualsIgnoreCase(FieldLines.ValueOf(_bytes, field), "100-continue"u8)) ExpectsContinue = !IsHttp10;
        }
        if (HostField is null && !IsHttp10) return false;
        if (!RequestTarget.IsHost(Host)) return false;
        if (_authority.Length > 0 && HostField is not null && !RequestTarget.Agree(Host, _bytes.AsSpan(_authority.Start, _authority.Length))) return false;
        KeepAlive = IsHttp10 ? Fields.SaysKeepAlive && !Fields.SaysClose : !Fields.SaysClose;
        // A body of an HTTP/1.0 request without a length would end with the connection, and so could its answer not be sent.
        return !IsHttp10 || Fields.ContentLength is not null || !(Method.SequenceEqual("POST"u8) || Method.SequenceEqual("PUT"u8));
    }

    private void Keep(ReadOnlySpan<byte> head)
    {
        if (_bytes.Length < head.Length || (_bytes.Length > KeptBytes && head.Length <= KeptBytes)) _bytes = new byte[Math.Max(512, head.Length)];
        head.CopyTo(_bytes);
    }

    private HeadResult Refuse(int status)
    {
        ErrorStatus = status;
        return HeadResult.Malformed;
    }
}
