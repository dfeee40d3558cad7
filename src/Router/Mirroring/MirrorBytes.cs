using System.Buffers;

namespace Canario.Router.Mirroring;

/// <summary>Bytes of a copy, in pooled memory out of the budget. What does not fit is given up as a whole.</summary>
internal sealed class MirrorBytes(MirrorBudget budget, int limit) : IDisposable
{
    private const int FirstBytes = 1024;
    private byte[]? _bytes;

    public int Length { get; private set; }

    /// <summary>More came than the limit allows; nothing is kept.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The budget was spent; nothing is kept.</summary>
    public bool IsOverBudget { get; private set; }

    public bool IsWhole => !IsTooLong && !IsOverBudget;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || !IsWhole) return;
        if (Length + (long)bytes.Length > limit) IsTooLong = true;
        else if (!MakeRoom(Length + bytes.Length)) IsOverBudget = true;
        if (!IsWhole)
        {
            Dispose();
            return;
        }
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Begins anew.</summary>
    public void Clear() => Length = 0;

    public void Dispose()
    {
        Length = 0;
        if (_bytes is not { } bytes) return;
        _bytes = null;
        budget.Give(bytes.Length);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private bool MakeRoom(int length)
    {
        if (_bytes is { } bytes && bytes.Length >= length) return true;
        byte[] bigger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBytes, Math.Max(length, Length * 2)));
        if (!budget.TryTake(bigger.Length))
        {
            ArrayPool<byte>.Shared.Return(bigger);
            return false;
        }
        _bytes.AsSpan(0, Length).CopyTo(bigger);
        if (_bytes is { } old)
        {
            budget.Give(old.Length);
            ArrayPool<byte>.Shared.Return(old);
        }
        _bytes = bigger;
        return true;
    }
}
