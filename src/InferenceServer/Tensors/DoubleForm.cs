using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tensors;

internal readonly struct DoubleForm : INumberForm<double>
{
    public static bool TryConvert(long mantissa, int fraction, bool negative, out double value) => NumberScanner.TryToDouble(mantissa, fraction, negative, out value);

    public static double Convert(ReadOnlySpan<byte> token, ScannedNumber number) => NumberScanner.ToDouble(token, number);
}
