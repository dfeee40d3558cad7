using System.Text;
using Canario.Contract;
using Canario.Router.Http1;

namespace Canario.Router.Mirroring;

/// <summary>One of the two answers, as far as it is compared.</summary>
internal sealed class MirrorAnswer(MirrorBudget budget, int limit) : IDisposable
{
    private static readonly byte[] s_slice = Encoding.ASCII.GetBytes(Headers.Slice);

    private readonly MirrorBytes _body = new(budget, limit);

    /// <summary>0: there was none.</summary>
    public int Status { get; private set; }

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>It can be looked into: as JSON, or as JSON with raw tensors behind it.</summary>
    public bool IsReadable { get; private set; }

    /// <summary>That the answer tells of the request; null: none.</summary>
    public string? Slice { get; private set; }

    /// <summary>Bytes of JSON; the raw tensors follow. -1: all is JSON.</summary>
    public int JsonLength { get; private set; }

    public bool IsWhole => _body.IsWhole;

    public ReadOnlyMemory<byte> Body => _body.Memory;

    /// <param name="data">The head's bytes.</param>
    public void Begin(ResponseHead head, ReadOnlySpan<byte> data)
    {
        _body.Clear();
        Status = head.Status;
        JsonLength = -1;
        Slice = null;
        bool json = false, packed = false;
        foreach (ref readonly var field in head.Fields.All)
        {
            var name = FieldLines.NameOf(data, field);
            var value = FieldLines.ValueOf(data, field);
            if (Ascii.EqualsIgnoreCase(name, "content-type"u8)) json = value.IndexOf("json"u8) >= 0;
            else if (Ascii.EqualsIgnoreCase(name, "content-encoding"u8)) packed = !Ascii.EqualsIgnoreCase(value, "identity"u8);
            else if (Ascii.EqualsIgnoreCase(name, s_slice)) Slice = value.Length <= Slices.MostLength && Slices.TryDecode(Encoding.ASCII.GetString(value), out string? slice) ? slice : null;
            else if (Ascii.EqualsIgnoreCase(name, "inference-header-content-length"u8)) JsonLength = Line.TryParseLength(value, out long length) && length < int.MaxValue ? (int)length : 0;
        }
        IsReadable = !packed && (json || JsonLength > 0);
    }

    public void Keep(ReadOnlySpan<byte> bytes) => _body.Append(bytes);

    /// <summary>It broke off.</summary>
    public void Fail() => Status = 0;

    public void Dispose() => _body.Dispose();
}
