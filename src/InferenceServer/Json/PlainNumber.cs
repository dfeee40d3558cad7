using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Canario.InferenceServer.Json;

/// <summary>
/// The numbers that arrays are full of: a sign, a few digits, perhaps a point and up to 15 more, then a comma or a bracket. The digits of a
/// fraction are read sixteen at a time without a branch on how many there are, which no predictor could learn. All else is left to
/// <see cref="NumberScanner"/>, which knows every form and every error.
/// </summary>
internal static class PlainNumber
{
    private const ulong Zeros = 0x3030_3030_3030_3030;
    private const ulong HighBits = 0x8080_8080_8080_8080;

    // Added to a byte above 9 it sets the byte's highest bit.
    private const ulong PastNine = 0x7676_7676_7676_7676;

    private const int Chunk = sizeof(ulong);
    // Fits a long, whose way to a double is shorter than that of an ulong.
    private const int MaximumDigits = 18;

    private static ReadOnlySpan<ulong> Powers =>
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Reads a number the fastest way that the processor has, where enough bytes follow it.</summary>
    /// <inheritdoc cref="TryScanByEights" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryScan(ReadOnlySpan<byte> text, ref int at, out long mantissa, out int fraction, out bool negative) =>
        (VectorNumber.IsSupported && VectorNumber.TryScan(text, ref at, out mantissa, out fraction, out negative))
        || TryScanByEights(text, ref at, out mantissa, out fraction, out negative);

    /// <summary>Reads a number where there are 16 more bytes after its point, or 1 after a whole one.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="at">Where the number begins; moved behind it when true is answered.</param>
    /// <param name="mantissa">All digits.</param>
    /// <param name="fraction">How many of them stand after the point.</param>
    /// <param name="negative">There was a minus.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryScanByEights(ReadOnlySpan<byte> text, ref int at, out long mantissa, out int fraction, out bool negative)
    {
        int i = at;
        ulong value = 0;
        mantissa = 0;
        fraction = 0;
        negative = (uint)i < (uint)text.Length && text[i] == '-';
        if (negative) i++;
        int start = i;
        byte next = 0;
        for (; (uint)i < (uint)text.Length; i++)
        {
            next = text[i];
            uint digit = (uint)(next - '0');
            if (digit > 9) break;
            value = value * 10 + digit;
        }

        int digits = i - start;
        // A zero leads nothing but a fraction. More digits have passed the mantissa's range.
        if (digits is 0 or > MaximumDigits || (digits > 1 && text[start] == '0')) return false;
        if (next == '.')
        {
            i++;
            if (text.Length - i <= 2 * Chunk) return false;
            ReadOnlySpan<byte> rest = text.Slice(i, 2 * Chunk);
            ulong first = BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ Zeros;
            ulong second = BinaryPrimitives.ReadUInt64LittleEndian(rest[Chunk..]) ^ Zeros;
            int firstDigits = CountDigits(first);
            int secondDigits = firstDigits == Chunk ? CountDigits(second) : 0;
            fraction = firstDigits + secondDigits;
            if (firstDigits == 0 || secondDigits == Chunk || digits + fraction > MaximumDigits) return false;
            value = value * Powers[firstDigits & 15] + Value(first << (Chunk * (Chunk - firstDigits)));
            // In two steps: a shift by all 64 bits at once would be one by none.
            value = value * Powers[secondDigits & 15] + Value(second << Chunk << (Chunk * (Chunk - 1 - secondDigits)));
            i += fraction;
            next = text[i];
        }

        if (next is not ((byte)',' or (byte)']')) return false;
        mantissa = (long)value;
        at = i;
        return true;
    }

    /// <summary>Of the bytes from the lowest on, how many are 0 to 9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountDigits(ulong digits) => BitOperations.TrailingZeroCount((digits | (digits + PastNine)) & HighBits) >> 3;

    /// <summary>Eight digits, the first in the lowest byte: pairs, then pairs of pairs, then both halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Value(ulong digits)
    {
        digits = digits * 10 + (digits >> 8);
        return (((digits & 0x0000_00FF_0000_00FF) * 0x000F_4240_0000_0064) + (((digits >> 16) & 0x0000_00FF_0000_00FF) * 0x0000_2710_0000_0001)) >> 32;
    }
}
