namespace Canario.InferenceServer.Grpc;

/// <summary>Walks over the varints of a packed field.</summary>
internal ref struct PackedReader(ReadOnlySpan<byte> packed)
{
    private ReadOnlySpan<byte> _rest = packed;

    public bool TryTakeVarint(out ulong value)
    {
        value = 0;
        if (_rest.IsEmpty) return false;
        // Most numbers of a tensor are small.
        if (_rest[0] < 0x80)
        {
            value = _rest[0];
            _rest = _rest[1..];
            return true;
        }

        int length = Math.Min(_rest.Length, 10);
        for (int i = 0; i < length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << 7 * i;
            if (_rest[i] >= 0x80) continue;
            _rest = _rest[(i + 1)..];
            return true;
        }

        throw ProtoReader.Malformed("a packed number does not end");
    }
}
