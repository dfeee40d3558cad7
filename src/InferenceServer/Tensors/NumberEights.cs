using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tensors;

/// <summary>
/// Numbers of an array eight at a time, for AVX-512 with VBMI2: all digits of a window are pressed together, and sixteen bytes of each number's own are filled from them from the right.
/// All that is left of a number is where among the digits it begins, has its point and ends. No instruction is one number's alone.
/// </summary>
internal static class NumberEights
{
    public const int AtOnce = 8;

    private const int Lane = 16;

    public static bool IsSupported => Avx512Vbmi2.IsSupported && Bmi2.X64.IsSupported;

    private static Vector512<byte> Places => Vector512<byte>.Indices;

    /// <summary>Reads numbers, the first of which begins at <paramref name="at"/>, until one is not for here or too little is left of the text or the target.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="at">Moved behind the last number that was read, to its comma or bracket.</param>
    /// <param name="target">Filled from its beginning; what follows the numbers that were read may be overwritten.</param>
    /// <returns>How many were read.</returns>
    public static int Read<T, TForm>(ReadOnlySpan<byte> text, ref int at, Span<T> target)
        where TForm : struct, INumberForm<T>
    {
        ref byte first = ref MemoryMarshal.GetReference(text);
        int read = 0;
        for (int next = at; text.Length - next >= NumberWindow.Bytes && target.Length - read >= AtOnce;)
        {
            int taken = ReadWindow<T, TForm>(Vector512.LoadUnsafe(ref first, (nuint)next), target[read..], out int end);
            if (taken == 0) break;
            read += taken;
            next += end;
            at = next;
            if (text[next] != ',') break;
            next++;
            if ((uint)next < (uint)text.Length && text[next] == ' ') next++;
        }

        return read;
    }

    /// <summary>Reads the first numbers of a window, eight or, where they are short, sixteen.</summary>
    /// <param name="bytes">The text; the first number begins with it.</param>
    /// <param name="target">At least eight elements.</param>
    /// <param name="end">Where in the window the last number that was read ends.</param>
    /// <returns>How many were read; 0: one of the first eight is not for here.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadWindow<T, TForm>(Vector512<byte> bytes, Span<T> target, out int end)
        where TForm : struct, INumberForm<T>
    {
        end = 0;
        ulong ends = NumberWindow.Read(bytes, out ulong digits, out ulong begins, out ulong wholeEnds, out ulong minuses);
        if (ends == 0) return 0;

        Vector512<byte> values = bytes - Vector512.Create((byte)'0');
        Vector512<byte> packed = Avx512Vbmi2.Compress(Vector512<byte>.Zero, Vector512.LessThanOrEqual(values, Vector512.Create((byte)9)), values);
        // Among the digits: where the first number begins, and what lies behind the last of each. Of numbers that are not there it is zero: they have no digits.
        Vector512<byte> bounds = PlacesOf((Bmi2.X64.ParallelBitExtract(ends >> 1, digits) << 1) | 1);
        Vector512<byte> points = PlacesOf(Bmi2.X64.ParallelBitExtract(wholeEnds >> 1, digits) << 1);
        uint negatives = (uint)Bmi2.X64.ParallelBitExtract(minuses, begins);
        if (!TryReadEight<T, TForm>(packed, bounds, points, negatives, ref target[0])) return 0;

        int count = BitOperations.PopCount(ends);
        ulong taken = Bmi2.X64.ParallelBitDeposit((1UL << AtOnce) - 1, ends);
        // A few that are left are cheaper with those of the next window.
        if (count > AtOnce * 3 / 2 && target.Length >= AtOnce * 2
            && TryReadEight<T, TForm>(packed, BehindEight(bounds), BehindEight(points), negatives >> AtOnce, ref target[AtOnce]))
        {
            taken = Bmi2.X64.ParallelBitDeposit((1UL << (AtOnce * 2)) - 1, ends);
        }

        end = BitOperations.Log2(taken);
        return BitOperations.PopCount(taken);
    }

    /// <summary>The numbers by the places of their digits.</summary>
    /// <param name="packed">The digits of all numbers, one after the other.</param>
    /// <param name="bounds">Where the first number begins, where it ends and the next begins, and so on.</param>
    /// <param name="points">Where each number's digits have their point, or end.</param>
    /// <param name="negatives">A bit for each number, from the lowest on.</param>
    /// <param name="target">The first of eight elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadEight<T, TForm>(Vector512<byte> packed, Vector512<byte> bounds, Vector512<byte> points, uint negatives, ref T target)
        where TForm : struct, INumberForm<T>
    {
        // Of numbers 0, 2, 4 and 6 in one and 1, 3, 5 and 7 in the other; packing puts them in order.
        Vector512<byte> lane = (Places >>> 4) << 1;
        Vector512<byte> begin = Avx512Vbmi.PermuteVar64x8(bounds, lane);
        Vector512<byte> middle = Avx512Vbmi.PermuteVar64x8(bounds, lane + Vector512.Create((byte)1));
        Vector512<byte> end = Avx512Vbmi.PermuteVar64x8(bounds, lane + Vector512.Create((byte)2));
        Vector512<double> mantissas = VectorNumber.SumEight(DigitsOf(packed, begin, middle), DigitsOf(packed, middle, end));

        Vector128<byte> fractions = Sse2.ShiftRightLogical128BitLane(bounds.GetLower().GetLower(), 1) - points.GetLower().GetLower();
        // By the digits after the point, which are less than a lane's.
        ref double powers = ref MemoryMarshal.GetReference(NumberScanner.Powers);
        Vector512<double> power = Avx512F.PermuteVar8x64x2(Vector512.LoadUnsafe(ref powers), Avx512F.ConvertToVector512Int64(fractions), Vector512.LoadUnsafe(ref powers, AtOnce));
        Vector512<ulong> signs = Avx512F.ShiftLeftLogicalVariable(Vector512.Create((ulong)negatives), Vector512.Create(63UL, 62, 61, 60, 59, 58, 57, 56)) & Vector512.Create(1UL << 63);
        return TForm.TryStoreEight((mantissas.AsUInt64() ^ signs).AsDouble(), power, ref target);
    }

    /// <summary>The places of a mask's bits, one after the other; zeros follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> PlacesOf(ulong mask)
    {
        Vector512<byte> bits = Avx512BW.Shuffle(Vector512.Create(mask).AsByte(), Places >>> 3);
        Vector512<byte> isSet = Avx512BW.CompareNotEqual(bits & Vector512.Create(0x8040_2010_0804_0201).AsByte(), Vector512<byte>.Zero);
        return Avx512Vbmi2.Compress(Vector512<byte>.Zero, isSet, Places);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> BehindEight(Vector512<byte> places) => Avx512F.AlignRight64(places.AsUInt64(), places.AsUInt64(), 1).AsByte();

    /// <summary>Of four numbers, the digits from one place to before another, at the right end of each one's lane, and zeros before them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> DigitsOf(Vector512<byte> packed, Vector512<byte> begin, Vector512<byte> end)
    {
        Vector512<byte> places = end - (Vector512.Create((byte)Lane) - (Places & Vector512.Create((byte)(Lane - 1))));
        Vector512<byte> isOwn = Vector512.GreaterThanOrEqual(places.AsSByte(), begin.AsSByte()).AsByte();
        return Vector512.ConditionalSelect(isOwn, Avx512Vbmi.PermuteVar64x8(packed, places), Vector512<byte>.Zero);
    }
}
