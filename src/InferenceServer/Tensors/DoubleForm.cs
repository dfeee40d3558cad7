using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tensors;

internal readonly struct DoubleForm : INumberForm<double>
{
    public static bool TryConvert(long mantissa, int fraction, bool negative, out double value) => NumberScanner.TryToDouble(mantissa, fraction, negative, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryStoreFour(Vector256<double> mantissas, Vector256<double> powers, ref double target)
    {
        // Exact integers by exact powers: each quotient is the nearest double.
        (mantissas / powers).StoreUnsafe(ref target);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryStoreEight(Vector512<double> mantissas, Vector512<double> powers, ref double target)
    {
        (mantissas / powers).StoreUnsafe(ref target);
        return true;
    }

    public static double Convert(ReadOnlySpan<byte> token, ScannedNumber number) => NumberScanner.ToDouble(token, number);
}
