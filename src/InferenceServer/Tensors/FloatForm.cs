using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tensors;

internal readonly struct FloatForm : INumberForm<float>
{
    public static bool TryConvert(long mantissa, int fraction, bool negative, out float value) => NumberScanner.TryToFloat(mantissa, fraction, negative, out value);

    public static float Convert(ReadOnlySpan<byte> token, ScannedNumber number) => NumberScanner.ToFloat(token, number);
}
