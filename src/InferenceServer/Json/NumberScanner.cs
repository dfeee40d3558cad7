using System.Globalization;
using System.Runtime.CompilerServices;

namespace Canario.InferenceServer.Json;

/// <summary>
/// Reads JSON numbers (RFC 8259 section 6) straight from UTF-8. Results are bit-equal to float.Parse and double.Parse: the fast path is
/// taken only where rounding is provably the same, all else goes to them.
/// </summary>
internal static class NumberScanner
{
    // An ulong holds any 19 digits.
    private const int MaximumDigits = 19;
    private const int ExponentLimit = 100_000;

    // Powers above 1e22 are not exact doubles; ToFloat's error bound allows for that, ToDouble stays below.
    private const int ExactPower = 22;
    private const int LargestPower = 55;

    private static readonly double[] s_powers = [.. Enumerable.Range(0, LargestPower + 1).Select(i => double.Parse($"1e{i}", CultureInfo.InvariantCulture))];

    /// <summary>10 to the place, from 0 to 55.</summary>
    public static ReadOnlySpan<double> Powers => s_powers;

    /// <summary>Takes the number at the start of <paramref name="text"/> apart; false when there is none.</summary>
    public static bool TryScan(ReadOnlySpan<byte> text, out ScannedNumber number)
    {
        number = default;
        int i = 0;
        bool negative = text.Length > 0 && text[0] == '-';
        if (negative) i++;

        ulong mantissa = 0;
        int significant = 0;
        int dropped = 0;
        bool truncated = false;
        int start = i;
        for (; (uint)i < (uint)text.Length; i++)
        {
            uint digit = (uint)(text[i] - '0');
            if (digit > 9) break;
            Take(digit, ref mantissa, ref significant, ref dropped, ref truncated);
        }

        int digits = i - start;
        if (digits == 0 || (digits > 1 && text[start] == '0')) return false;

        int exponent = dropped;
        bool whole = true;
        if ((uint)i < (uint)text.Length && text[i] == '.')
        {
            whole = false;
            start = ++i;
            dropped = 0;
            for (; (uint)i < (uint)text.Length; i++)
            {
                uint digit = (uint)(text[i] - '0');
                if (digit > 9) break;
                Take(digit, ref mantissa, ref significant, ref dropped, ref truncated);
            }

            if (i == start) return false;
            exponent -= i - start - dropped;
        }

        if ((uint)i < (uint)text.Length && (text[i] | 0x20) == 'e')
        {
            whole = false;
            if (!TryScanExponent(text, ref i, ref exponent)) return false;
        }

        number = new ScannedNumber(mantissa, exponent, i, negative, truncated, whole);
        return true;
    }

    /// <summary>The nearest float.</summary>
    /// <param name="token">The text that <paramref name="number"/> was scanned from; its first <see cref="ScannedNumber.Length"/> bytes are used.</param>
    /// <param name="number">The scanned number.</param>
    public static float ToFloat(ReadOnlySpan<byte> token, in ScannedNumber number)
    {
        if (number.Mantissa == 0 && !number.Truncated) return number.Negative ? -0f : 0f;
        if ((uint)(number.Exponent + LargestPower) <= 2 * LargestPower)
        {
            // At most 2 units in the last place of a double are lost: half each by the mantissa, the power and the operation, and a
            // little by digits past the nineteenth. Rounding that to a float gives the nearest float unless the value lies within that
            // error of the middle between two floats, whose low 29 bits are 1 followed by zeros. 8 units keep well clear.
            double value = number.Exponent < 0
                ? number.Mantissa / s_powers[-number.Exponent]
                : number.Mantissa * s_powers[number.Exponent];
            const double SmallestNormal = 1.17549449e-38;
            const double AlmostLargest = 3.4028234e38;
            long low = BitConverter.DoubleToInt64Bits(value) & 0x1FFF_FFFF;
            if (value is > SmallestNormal and < AlmostLargest && (ulong)(low - 0x1000_0000 + 8) > 16)
                return number.Negative ? -(float)value : (float)value;
        }

        return float.Parse(token[..number.Length], NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    /// <summary>The float nearest to <c>±mantissa / 10^fraction</c>, where that is provably what rounding the double gives; see <see cref="ToFloat"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryToFloat(long mantissa, int fraction, bool negative, out float result)
    {
        double value = mantissa / s_powers[fraction];
        // Not by a branch: signs follow no rule that a processor could learn.
        result = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits((float)value) ^ (Unsafe.BitCast<bool, byte>(negative) << 31));
        long low = BitConverter.DoubleToInt64Bits(value) & 0x1FFF_FFFF;
        // At most 18 digits before and after the point: no value is near the ends of float's range, but zero.
        return (ulong)(low - 0x1000_0000 + 8) > 16;
    }

    /// <summary>The double nearest to <c>±mantissa / 10^fraction</c>, where one exact division gives it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryToDouble(long mantissa, int fraction, bool negative, out double result)
    {
        double value = mantissa / s_powers[fraction];
        result = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(value) ^ ((long)Unsafe.BitCast<bool, byte>(negative) << 63));
        return mantissa <= 1L << 53;
    }

    /// <summary>The nearest double.</summary>
    /// <inheritdoc cref="ToFloat" path="/param"/>
    public static double ToDouble(ReadOnlySpan<byte> token, in ScannedNumber number)
    {
        // Clinger's fast path: an exact integer and an exact power give one correctly rounded operation.
        if (!number.Truncated && number.Mantissa <= 1UL << 53 && (uint)(number.Exponent + ExactPower) <= 2 * ExactPower)
        {
            double value = number.Exponent < 0
                ? number.Mantissa / s_powers[-number.Exponent]
                : number.Mantissa * s_powers[number.Exponent];
            return number.Negative ? -value : value;
        }

        return double.Parse(token[..number.Length], NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    /// <summary>A whole number from <paramref name="minimum"/> to <paramref name="maximum"/>; <c>3.0</c> and <c>3e2</c> are whole too.</summary>
    public static bool TryToWhole(ReadOnlySpan<byte> token, in ScannedNumber number, Int128 minimum, Int128 maximum, out Int128 value)
    {
        value = 0;
        // The largest UINT64 values have 20 digits, one more than the scanner keeps.
        if (number.Whole && number.Length <= 21 && number.Truncated | number.Exponent > 0)
            return Int128.TryParse(token[..number.Length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= minimum && value <= maximum;
        if (number.Truncated || number.Exponent is > MaximumDigits or < -MaximumDigits) return number.Mantissa == 0 && !number.Truncated;
        Int128 magnitude = number.Mantissa;
        for (int i = number.Exponent; i > 0; i--) magnitude *= 10;
        for (int i = number.Exponent; i < 0; i++)
        {
            (Int128 quotient, Int128 remainder) = Int128.DivRem(magnitude, 10);
            if (remainder != 0) return false;
            magnitude = quotient;
        }

        value = number.Negative ? -magnitude : magnitude;
        return value >= minimum && value <= maximum;
    }

    private static void Take(uint digit, ref ulong mantissa, ref int significant, ref int dropped, ref bool truncated)
    {
        if (significant < MaximumDigits)
        {
            mantissa = mantissa * 10 + digit;
            if (mantissa != 0) significant++;
        }
        else
        {
            dropped++;
            truncated |= digit != 0;
        }
    }

    private static bool TryScanExponent(ReadOnlySpan<byte> text, ref int i, ref int exponent)
    {
        i++;
        bool negative = false;
        if ((uint)i < (uint)text.Length && text[i] is (byte)'+' or (byte)'-') negative = text[i++] == '-';
        int start = i;
        int value = 0;
        for (; (uint)i < (uint)text.Length && (uint)(text[i] - '0') <= 9; i++)
            value = Math.Min(value * 10 + (text[i] - '0'), ExponentLimit);
        exponent += negative ? -value : value;
        return i > start;
    }
}
