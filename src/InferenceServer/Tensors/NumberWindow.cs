using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tensors;

/// <summary>
/// Numbers of an array, sixty-four bytes at a time: where they begin and end is told by bits of the whole window, so that the processor need not have read one to know where the next one stands, and reads several at once.
/// What is unusual (an exponent, more than fifteen characters, white space but for one space after a comma) ends a window and is left to others.
/// </summary>
internal static class NumberWindow
{
    private const int Bytes = 64;

    // Of one number, and of what is loaded to read it.
    private const int Widest = 16;

    /// <summary>Reads the numbers of one window, the first of which begins at <paramref name="at"/>.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="at">Moved behind the last number that was read, to its comma or bracket.</param>
    /// <param name="target">Filled from its beginning.</param>
    /// <returns>How many were read; 0: the first one is not for here, or too little text follows.</returns>
    public static int Read<T, TForm>(ReadOnlySpan<byte> text, ref int at, Span<T> target)
        where TForm : struct, INumberForm<T>
    {
        if (!Vector256.IsHardwareAccelerated || !VectorNumber.IsSupported || text.Length - at < Bytes + Widest) return 0;
        // Of 80 bytes, all of which are there: no access below goes beyond.
        ref byte window = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), at);
        Vector256<byte> low = Vector256.LoadUnsafe(ref window);
        Vector256<byte> high = Vector256.LoadUnsafe(ref window, (nuint)Vector256<byte>.Count);
        ulong minuses = Join(Vector256.Equals(low, Vector256.Create((byte)'-')), Vector256.Equals(high, Vector256.Create((byte)'-')));
        ulong spaces = Join(Vector256.Equals(low, Vector256.Create((byte)' ')), Vector256.Equals(high, Vector256.Create((byte)' ')));
        // Points, commas, brackets, and all that does not belong here.
        ulong marks = ~(Join(AreDigits(low), AreDigits(high)) | minuses | spaces);

        int count = 0;
        int from = 0;
        int last = 0;
        while (count < target.Length && marks != 0)
        {
            int sign = (int)(minuses >> from) & 1;
            int point = BitOperations.TrailingZeroCount(marks);
            int end = point;
            marks &= marks - 1;
            if (Unsafe.Add(ref window, point) == '.')
            {
                // The window ends within the number, or the point does it.
                if (marks == 0) break;
                end = BitOperations.TrailingZeroCount(marks);
                marks &= marks - 1;
                if (end == point + 1) break;
            }

            int length = end - from;
            int wholeDigits = point - from - sign;
            if (length >= Widest || wholeDigits <= 0) break;
            // A zero leads nothing but a fraction.
            if (wholeDigits > 1 && Unsafe.Add(ref window, from + sign) == '0') break;
            byte next = Unsafe.Add(ref window, end);
            if (next is not ((byte)',' or (byte)']')) break;

            Vector128<byte> digits = Vector128.LoadUnsafe(ref window, (nuint)from) - Vector128.Create((byte)'0');
            Vector128<byte> areDigits = Vector128.LessThanOrEqual(digits, Vector128.Create((byte)9));
            // Digits everywhere but for the sign and the point: no second minus, no space.
            uint needed = ((1u << length) - 1) & ~(uint)sign & ~(1u << (point - from));
            if ((areDigits.ExtractMostSignificantBits() & needed) != needed) break;
            long mantissa = VectorNumber.Sum(digits & areDigits, point - from, length);
            if (!TForm.TryConvert(mantissa, Math.Max(0, end - point - 1), sign != 0, out target[count])) break;

            count++;
            last = end;
            // At the last byte a shift would be by nothing.
            if (next == ']' || end >= Bytes - 2) break;
            from = end + 1 + ((int)(spaces >> (end + 1)) & 1);
        }

        at += last;
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> AreDigits(Vector256<byte> characters) =>
        Vector256.LessThanOrEqual(characters - Vector256.Create((byte)'0'), Vector256.Create((byte)9));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Join(Vector256<byte> low, Vector256<byte> high) => low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << 32);
}
