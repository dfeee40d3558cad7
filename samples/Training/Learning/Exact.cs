namespace Canario.Training.Learning;

/// <summary>
/// Functions whose last bit is the same on every machine. Math.Exp asks the C library, whose answer differs between processors;
/// one bit, amplified by a thousand training steps, would make another model file.
/// </summary>
internal static class Exact
{
    private const double Ln2 = 0.693147180559945309417232;

    /// <summary>e^x from additions, multiplications and a power of two: x = k ln 2 + r, |r| ≤ ln 2 / 2, and a Taylor series of 14 terms for e^r (remainder below 1e-17).</summary>
    public static double Exp(double x)
    {
        x = Math.Clamp(x, -700, 700);
        var k = Math.Floor(x / Ln2 + 0.5);
        var r = x - k * Ln2;
        var sum = 1.0;
        for (var n = 14; n >= 1; n--)
            sum = 1.0 + r * sum / n;
        return sum * BitConverter.Int64BitsToDouble((long)(k + 1023) << 52);
    }

    public static void Softmax(Span<double> values)
    {
        var largest = values[0];
        foreach (var value in values)
            largest = Math.Max(largest, value);
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
            sum += values[i] = Exp(values[i] - largest);
        for (var i = 0; i < values.Length; i++)
            values[i] /= sum;
    }
}
