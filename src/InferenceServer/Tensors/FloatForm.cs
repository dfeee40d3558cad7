using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tensors;

internal readonly struct FloatForm : INumberForm<float>
{
    public static bool TryConvert(long mantissa, int fraction, bool negative, out float value) => NumberScanner.TryToFloat(mantissa, fraction, negative, out value);

    // As NumberScanner.TryToFloat: a double is rounded to the nearest float unless it lies next to the middle between two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryStoreFour(Vector256<double> mantissas, Vector256<double> powers, ref float target)
    {
        Vector256<double> quotients = mantissas / powers;
        Avx.ConvertToVector128Single(quotients).StoreUnsafe(ref target);
        Vector256<long> low = (quotients.AsInt64() & Vector256.Create(0x1FFF_FFFFL)) - Vector256.Create(0x1000_0000L);
        return !Vector256.LessThanAny(Vector256.Abs(low), Vector256.Create(9L));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryStoreEight(Vector512<double> mantissas, Vector512<double> powers, ref float target)
    {
        Vector512<double> quotients = mantissas / powers;
        Avx512F.ConvertToVector256Single(quotients).StoreUnsafe(ref target);
        // The same, but sixteen to each side: the bits that must not all be zero then.
        return !Vector512.EqualsAny((quotients.AsInt64() - Vector512.Create(0x1000_0000L - 16)) & Vector512.Create(0x1FFF_FFE0L), Vector512<long>.Zero);
    }

    public static float Convert(ReadOnlySpan<byte> token, ScannedNumber number) => NumberScanner.ToFloat(token, number);
}
