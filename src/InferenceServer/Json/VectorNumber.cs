using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Canario.InferenceServer.Json;

/// <summary>
/// What <see cref="PlainNumber"/> reads, in one go where the processor can: sixteen bytes from the sign or the first digit on, the point taken out by a shuffle, the digits summed in pairs.
/// Nothing but the form of the array decides a branch, so signs and lengths that differ from number to number cost nothing. Fifteen characters are the most; more are left to others.
/// </summary>
internal static class VectorNumber
{
    private const int Window = 16;

    // Row (point, end): moves the digits before the point and those between it and the end to the right end of the window; zeros stand before them. Without a point both are the end.
    private static readonly byte[] s_shuffles = MakeShuffles();

    public static bool IsSupported => Sse41.IsSupported;

    /// <summary>Reads a number where there are 16 bytes from its first character on.</summary>
    /// <inheritdoc cref="PlainNumber.TryScanByEights" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryScan(ReadOnlySpan<byte> text, ref int at, out long mantissa, out int fraction, out bool negative)
    {
        mantissa = 0;
        fraction = 0;
        negative = false;
        if (text.Length - at < Window) return false;

        Vector128<byte> digits = Vector128.Create(text.Slice(at, Window)) - Vector128.Create((byte)'0');
        Vector128<byte> areDigits = Vector128.LessThanOrEqual(digits, Vector128.Create((byte)9));
        uint others = ~areDigits.ExtractMostSignificantBits();
        // Where the next number begins follows from this one's end alone: to look for a minus first would make the processor wait for a second load each time.
        int sign = (int)(others & 1);
        negative = sign != 0;
        if (negative != (text[at] == '-')) return false;
        others -= (uint)sign;
        int point = BitOperations.TrailingZeroCount(others);
        int end = point;
        if (point == sign || point >= Window) return false;
        // A zero leads nothing but a fraction.
        if (point > sign + 1 && text[at + sign] == '0') return false;
        if (text[at + point] == '.')
        {
            end = BitOperations.TrailingZeroCount(others & (others - 1));
            fraction = end - point - 1;
            if (end >= Window || fraction == 0) return false;
        }

        if (text[at + end] is not ((byte)',' or (byte)']')) return false;
        // A minus is a zero before the first digit.
        mantissa = Sum(digits & areDigits, point, end);
        at += end;
        return true;
    }

    /// <summary>The value of the digits, that of the point left out.</summary>
    /// <param name="digits">From 0 to 9 each; a sign before them is 0.</param>
    /// <param name="point">Where it stands; without one, <paramref name="end"/>.</param>
    /// <param name="end">At most 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Sum(Vector128<byte> digits, int point, int end)
    {
        Vector128<byte> shuffle = Shuffle((nuint)point, (nuint)end);
        Vector128<short> pairs = Ssse3.MultiplyAddAdjacent(Ssse3.Shuffle(digits, shuffle), Vector128.Create((short)0x010A).AsSByte());
        Vector128<int> fours = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create(0x0001_0064).AsInt16());
        Vector128<short> packed = Sse41.PackUnsignedSaturate(fours, fours).AsInt16();
        ulong eights = Sse2.MultiplyAddAdjacent(packed, Vector128.Create(0x0001_2710).AsInt16()).AsUInt64().ToScalar();
        return ((long)(uint)eights * 100_000_000) + (long)(eights >> 32);
    }

    /// <summary>Moves a number's digits to the right end of the window and zeros before them, from characters less '0'; a sign in front must have been made a zero.</summary>
    /// <param name="point">Where the point stands; without one, <paramref name="end"/>.</param>
    /// <param name="end">At most 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Shuffle(nuint point, nuint end) => Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(s_shuffles), ((point * Window) + end) * Window);

    /// <summary>The values of the digits of four numbers, of the first and third in one, of the second and fourth in the other; what follows them does not matter. For AVX2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> SumFour(Vector256<byte> odd, Vector256<byte> oddShuffles, Vector256<byte> even, Vector256<byte> evenShuffles)
    {
        Vector256<short> packed = Avx2.PackUnsignedSaturate(SumFours(odd, oddShuffles), SumFours(even, evenShuffles)).AsInt16();
        Vector256<ulong> eights = Avx2.MultiplyAddAdjacent(packed, Vector256.Create(0x0001_2710).AsInt16()).AsUInt64();
        Vector256<ulong> mantissas = Avx2.Multiply(eights.AsUInt32(), Vector256.Create(100_000_000UL).AsUInt32()) + (eights >> 32);
        // Below 2^52 the bits of a whole number are the fraction of a double from 2^52 on.
        const double Offset = 1L << 52;
        return (mantissas | Vector256.Create(Offset).AsUInt64()).AsDouble() - Vector256.Create(Offset);
    }

    /// <summary>The values of eight numbers' digits, at the right end of sixteen bytes each: of the first, third, fifth and seventh in one, of the others in the other. For AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> SumEight(Vector512<byte> odd, Vector512<byte> even)
    {
        Vector512<short> packed = Avx512BW.PackUnsignedSaturate(SumFours(odd), SumFours(even)).AsInt16();
        Vector512<ulong> eights = Avx512BW.MultiplyAddAdjacent(packed, Vector512.Create(0x0001_2710).AsInt16()).AsUInt64();
        Vector512<ulong> mantissas = Avx512F.Multiply(eights.AsUInt32(), Vector512.Create(100_000_000UL).AsUInt32()) + (eights >> 32);
        return Avx512DQ.ConvertToVector512Double(mantissas);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> SumFours(Vector512<byte> digits)
    {
        Vector512<short> pairs = Avx512BW.MultiplyAddAdjacent(digits, Vector512.Create((short)0x010A).AsSByte());
        return Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create(0x0001_0064).AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> SumFours(Vector256<byte> characters, Vector256<byte> shuffles)
    {
        Vector256<byte> digits = Avx2.Shuffle(characters - Vector256.Create((byte)'0'), shuffles);
        Vector256<short> pairs = Avx2.MultiplyAddAdjacent(digits, Vector256.Create((short)0x010A).AsSByte());
        return Avx2.MultiplyAddAdjacent(pairs, Vector256.Create(0x0001_0064).AsInt16());
    }

    private static byte[] MakeShuffles()
    {
        // The highest bit of an index makes a zero.
        const byte Zero = 0x80;
        byte[] shuffles = new byte[Window * Window * Window];
        Array.Fill(shuffles, Zero);
        for (int point = 1; point < Window; point++)
        {
            for (int end = point; end < Window; end++)
            {
                int count = end == point ? end : end - 1;
                int row = ((point * Window) + end) * Window;
                for (int digit = 0; digit < count; digit++) shuffles[row + Window - count + digit] = (byte)(digit < point ? digit : digit + 1);
            }
        }

        return shuffles;
    }
}
