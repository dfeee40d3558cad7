using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tensors;

/// <summary>Numbers of an array four at a time, for AVX2.</summary>
internal static class NumberFours
{
    private const int AtOnce = 4;

    // 10 to the digits after the point: one less than what stands between the digit before the point and the end, where there is one.
    private static readonly double[] s_powers = [1, .. Enumerable.Range(0, NumberWindow.Widest - 1).Select(i => double.Parse($"1e{i}", CultureInfo.InvariantCulture))];

    // Of four numbers, by a bit for each that is negative.
    private static readonly double[] s_signs = MakeSigns();

    /// <summary>Reads the numbers of one window, the first of which begins at <paramref name="at"/>.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="at">Moved behind the last number that was read, to its comma or bracket.</param>
    /// <param name="target">Filled from its beginning; what follows the numbers that were read may be overwritten.</param>
    /// <returns>How many were read; 0: one of the first four is not for here, or too little text follows, or the target takes fewer than four.</returns>
    public static int Read<T, TForm>(ReadOnlySpan<byte> text, ref int at, Span<T> target)
        where TForm : struct, INumberForm<T>
    {
        if (!Avx2.IsSupported || !Bmi2.X64.IsSupported || text.Length - at < NumberWindow.Bytes + NumberWindow.Widest || target.Length < AtOnce) return 0;
        // Of 80 bytes, all of which are there: no access below goes beyond.
        ref byte window = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), at);
        ulong ends = NumberWindow.Read(Vector512.LoadUnsafe(ref window), out _, out ulong begins, out ulong wholeEnds, out ulong minuses);
        if (ends == 0) return 0;

        uint negatives = (uint)Bmi2.X64.ParallelBitExtract(minuses, begins);
        int count = BitOperations.PopCount(ends);
        int last = BitOperations.Log2(ends);
        ulong complete = ulong.MaxValue >> (NumberWindow.Bytes - 1 - last);
        begins &= complete;
        wholeEnds &= complete;
        int read = 0;
        ulong end = 0;
        do
        {
            Take(ref window, ref begins, ref wholeEnds, ref ends, out Vector128<byte> text0, out Vector128<byte> shuffle0, out double power0, out _);
            Take(ref window, ref begins, ref wholeEnds, ref ends, out Vector128<byte> text1, out Vector128<byte> shuffle1, out double power1, out _);
            Take(ref window, ref begins, ref wholeEnds, ref ends, out Vector128<byte> text2, out Vector128<byte> shuffle2, out double power2, out _);
            Take(ref window, ref begins, ref wholeEnds, ref ends, out Vector128<byte> text3, out Vector128<byte> shuffle3, out double power3, out ulong fourth);
            Vector256<double> mantissas = VectorNumber.SumFour(Vector256.Create(text0, text2), Vector256.Create(shuffle0, shuffle2), Vector256.Create(text1, text3), Vector256.Create(shuffle1, shuffle3));
            Vector256<double> signs = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(s_signs), (negatives & ((1 << AtOnce) - 1)) * AtOnce);
            negatives >>= AtOnce;
            if (!TForm.TryStoreFour(mantissas ^ signs, Vector256.Create(power0, power1, power2, power3), ref target[read])) break;
            read += AtOnce;
            end = fourth;
        }
        // One or two that are left are cheaper with those of the next window.
        while (count - read > AtOnce / 2 && target.Length - read >= AtOnce);

        if (read >= count)
        {
            read = count;
            end = (ulong)last;
        }

        at += (int)end;
        return read;
    }

    /// <summary>The next number's text, how to shuffle it, and its power; where there are no more, some that do no harm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(ref byte window, ref ulong begins, ref ulong wholeEnds, ref ulong ends, out Vector128<byte> text, out Vector128<byte> shuffle, out double power, out ulong end)
    {
        ulong begin = Bmi1.X64.TrailingZeroCount(begins);
        ulong point = Bmi1.X64.TrailingZeroCount(wholeEnds);
        end = Bmi1.X64.TrailingZeroCount(ends);
        begins &= begins - 1;
        wholeEnds &= wholeEnds - 1;
        ends &= ends - 1;
        text = Vector128.LoadUnsafe(ref window, (nuint)begin);
        shuffle = VectorNumber.Shuffle((nuint)(point - begin), (nuint)(end - begin));
        power = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(s_powers), (nuint)(end - point));
    }

    private static double[] MakeSigns()
    {
        double[] signs = new double[(1 << AtOnce) * AtOnce];
        for (int i = 0; i < signs.Length; i++) signs[i] = ((i / AtOnce) >> (i % AtOnce) & 1) == 0 ? 0 : -0.0;
        return signs;
    }
}
