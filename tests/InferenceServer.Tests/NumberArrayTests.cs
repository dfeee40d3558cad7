using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Tests;

public sealed class NumberArrayTests
{
    private static readonly string[] s_exponentSigns = ["", "+", "-", "-0"];

    [Fact]
    public void A_million_numbers_of_every_form_in_arrays_are_bit_equal_to_float_and_double_Parse()
    {
        const int Length = 1000;
        using var floats = new InputTensor(new ValueInfo("x", ValueKind.Tensor, TensorElementType.Float, [-1], [""]));
        using var doubles = new InputTensor(new ValueInfo("x", ValueKind.Tensor, TensorElementType.Double, [-1], [""]));
#pragma warning disable CA5394 // A seeded walk.
        var random = new Random(21);
        string[] separators = [",", ", ", " ,", ",\n  ", ",  "];
        for (int array = 0; array < 1000; array++)
        {
            string[] texts = [.. Enumerable.Range(0, Length).Select(_ => Draw(random))];
            string separator = separators[array % separators.Length];
            byte[] json = Encoding.UTF8.GetBytes("[" + string.Join(separator, texts) + (array % 3 == 0 ? "]" : " ]                  "));
            Read(json, floats, Length);
            Read(json, doubles, Length);
            ReadOnlySpan<int> single = floats.Elements<int>(Length);
            ReadOnlySpan<long> full = doubles.Elements<long>(Length);
            for (int i = 0; i < Length; i++)
            {
                if (BitConverter.SingleToInt32Bits(float.Parse(texts[i], CultureInfo.InvariantCulture)) != single[i]) Assert.Fail($"{texts[i]} as float");
                if (BitConverter.DoubleToInt64Bits(double.Parse(texts[i], CultureInfo.InvariantCulture)) != full[i]) Assert.Fail($"{texts[i]} as double");
            }
        }
    }

    /// <summary>Many numbers of one form side by side, as most arrays are: whole windows of them.</summary>
    [Fact]
    public void Arrays_of_every_length_of_numbers_alike_are_bit_equal_to_float_and_double_Parse()
    {
        var random = new Random(23);
        Func<int, string>[] forms =
        [
            _ => Digits(random, 1),
            _ => $"{random.Next(-999, 1000)}",
            _ => $"0.{Digits(random, 4)}",
            _ => $"{(random.Next(2) == 0 ? "-" : "")}{random.Next(100)}.{Digits(random, random.Next(1, 5))}",
            i => i % 3 == 0 ? "-0" : i % 3 == 1 ? "-0.0" : "0.00",
            _ => $"-{Digits(random, random.Next(1, 8))}.{Digits(random, random.Next(1, 8))}",
            _ => Digits(random, random.Next(13, 18)),
            // The middle between two floats among others, at every place of a window.
            i => random.Next(12) == 0 ? "-16777217" : random.Next(12) == 0 ? "50331650.5" : $"-{i % 10}.5",
            // One that must be read by others among those that need not.
            i => random.Next(9) == 0 ? "1e-3" : $"{i}.25",
        ];
        foreach (Func<int, string> form in forms)
        {
            for (int length = 1; length <= 70; length++)
            {
                foreach (string separator in (string[])[",", ", "])
                {
                    string[] texts = [.. Enumerable.Range(0, length).Select(form)];
                    byte[] json = Encoding.UTF8.GetBytes($"[{string.Join(separator, texts)}]{new string(' ', random.Next(90))}");
                    // Filled beyond the array: what is written there is seen.
                    using var floats = new InputTensor(new ValueInfo("x", ValueKind.Tensor, TensorElementType.Float, [-1], [""]));
                    using var doubles = new InputTensor(new ValueInfo("x", ValueKind.Tensor, TensorElementType.Double, [-1], [""]));
                    floats.Elements<float>(length + 8).Fill(77);
                    doubles.Elements<double>(length + 8).Fill(77);
                    Read(json, floats, length);
                    Read(json, doubles, length);
                    for (int i = 0; i < length; i++)
                    {
                        Assert.True(BitConverter.SingleToInt32Bits(float.Parse(texts[i], CultureInfo.InvariantCulture)) == floats.Elements<int>(length)[i], $"{texts[i]}, number {i} of {length}, as float");
                        Assert.True(BitConverter.DoubleToInt64Bits(double.Parse(texts[i], CultureInfo.InvariantCulture)) == doubles.Elements<long>(length)[i], $"{texts[i]}, number {i} of {length}, as double");
                    }

                    // Where eight are read at a time, four are only for the last ones.
                    Assert.Equal(floats.Elements<int>(length), MemoryMarshal.Cast<float, int>(ReadByFours<float, FloatForm>(json, length)));
                    Assert.Equal(doubles.Elements<long>(length), MemoryMarshal.Cast<double, long>(ReadByFours<double, DoubleForm>(json, length)));
                    Assert.True(floats.Elements<float>(length + 8)[length..].IndexOfAnyExcept(77) < 0 && doubles.Elements<double>(length + 8)[length..].IndexOfAnyExcept(77) < 0, $"written beyond {length}");
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public void Rows_of_any_width_are_read_into_their_place(int width)
    {
        const int Rows = 40;
        using var tensor = new InputTensor(new ValueInfo("x", ValueKind.Tensor, TensorElementType.Float, [-1], [""]));
        float[] expected = [.. Enumerable.Range(0, Rows * width).Select(i => (i - 60) / 4f)];
        string json = "[" + string.Join(',', Enumerable.Range(0, Rows).Select(row => "[" + string.Join(',', expected.Skip(row * width).Take(width).Select(v => v.ToString("R", CultureInfo.InvariantCulture))) + "]")) + "]";
        var cursor = new JsonCursor(Encoding.UTF8.GetBytes(json), 100);
        cursor.Take('[');
        for (int row = 0; row < Rows; row++)
        {
            if (row > 0) cursor.Take(',');
            cursor.Take('[');
            ElementJson.Read(ref cursor, tensor, row * width, width);
            cursor.Take(']');
        }

        Assert.Equal(expected, tensor.Elements<float>(Rows * width).ToArray());
    }

    [Fact]
    public void The_reader_by_vectors_reads_what_the_one_for_processors_without_them_does()
    {
        var random = new Random(22);
        int read = 0;
        for (int i = 0; i < 200_000; i++)
        {
            byte[] text = Encoding.ASCII.GetBytes(Draw(random) + (i % 2 == 0 ? "," : "]") + "                ");
            (int at, int plainAt) = (0, 0);
            if (!VectorNumber.IsSupported || !VectorNumber.TryScan(text, ref at, out long mantissa, out int fraction, out bool negative)) continue;
            read++;
            Assert.True(PlainNumber.TryScanByEights(text, ref plainAt, out long plainMantissa, out int plainFraction, out bool plainNegative));
            Assert.Equal((plainMantissa, plainFraction, plainNegative, plainAt), (mantissa, fraction, negative, at));
        }

        Assert.True(read > 50_000 || !VectorNumber.IsSupported, $"{read} read");
    }

    [Theory]
    [InlineData("01,2,3,4,5,6,7,8,9,10")]
    [InlineData("1.,2,3,4,5,6,7,8,9,10")]
    [InlineData("1.e5,2,3,4,5,6,7,8,9,10")]
    [InlineData(".5,2,3,4,5,6,7,8,9,10")]
    [InlineData("-,2,3,4,5,6,7,8,9,10")]
    [InlineData("--1,2,3,4,5,6,7,8,9,10")]
    [InlineData("00.5,2,3,4,5,6,7,8,9,10")]
    [InlineData("1.5.5,2,3,4,5,6,7,8,9,10")]
    [InlineData("1 2,2,3,4,5,6,7,8,9,10")]
    [InlineData("1;2,2,3,4,5,6,7,8,9,10")]
    [InlineData("NaN,2,3,4,5,6,7,8,9,10")]
    [InlineData("1.2345678:,2,3,4,5,6,7,8,9,10")]
    [InlineData("1-2,2,3,4,5,6,7,8,9,10")]
    [InlineData("1.-2,2,3,4,5,6,7,8,9,10")]
    [InlineData("1. 2,2,3,4,5,6,7,8,9,10")]
    [InlineData("- 1,2,3,4,5,6,7,8,9,10")]
    [InlineData("-01,2,3,4,5,6,7,8,9,10")]
    [InlineData("1,,2,3,4,5,6,7,8,9,10")]
    [InlineData("1.2.3,2,3,4,5,6,7,8,9,10")]
    [InlineData("1..2,2,3,4,5,6,7,8,9,10")]
    [InlineData("-.5,2,3,4,5,6,7,8,9,10")]
    [InlineData("-00,2,3,4,5,6,7,8,9,10")]
    [InlineData("1.2-3,2,3,4,5,6,7,8,9,10")]
    [InlineData("1,-,2,3,4,5,6,7,8,9,10")]
    [InlineData("1, ,2,3,4,5,6,7,8,9,10")]
    [InlineData("1,2,3,4,5,6,7,8,9,")]
    [InlineData("1,2,3,4,5,6,7,8,9,-")]
    [InlineData("1\u00b2,2,3,4,5,6,7,8,9,10")]
    public void What_is_no_number_is_refused_in_an_array_too(string items)
    {
        // Behind none, some and many good ones, with little and with much text behind it: each way of reading must refuse it.
        foreach (int before in (int[])[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 200])
        {
            foreach (int behind in (int[])[0, 100])
            {
                string json = $"[{string.Concat(Enumerable.Range(0, before).Select(i => i % 2 == 0 ? "1," : "-25, "))}{items}]{new string(' ', behind)}";
                foreach (TensorElementType type in new[] { TensorElementType.Float, TensorElementType.Double, TensorElementType.Int32 })
                {
                    using var tensor = new InputTensor(new ValueInfo("x", ValueKind.Tensor, type, [-1], [""]));
                    Assert.Throws<RequestException>(() => Read(Encoding.UTF8.GetBytes(json), tensor, before + 10));
                }
            }
        }
    }

    /// <summary>An array's numbers by <see cref="NumberFours"/>, and one by itself where that reads none.</summary>
    private static Span<T> ReadByFours<T, TForm>(byte[] json, int count)
        where T : struct, IParsable<T>
        where TForm : struct, INumberForm<T>
    {
        var values = new T[count];
        int at = 0;
        for (int i = 0; i < count;)
        {
            at++;
            if (json[at] == ' ') at++;
            int read = NumberFours.Read<T, TForm>(json, ref at, values.AsSpan(i));
            if (read == 0)
            {
                int end = at + json.AsSpan(at).IndexOfAny(",] "u8);
                values[i] = T.Parse(Encoding.ASCII.GetString(json[at..end]), CultureInfo.InvariantCulture);
                at = end;
                read = 1;
            }

            i += read;
        }

        return values;
    }

    private static void Read(byte[] json, InputTensor tensor, int count)
    {
        var cursor = new JsonCursor(json, 100);
        cursor.Take('[');
        ElementJson.Read(ref cursor, tensor, 0, count);
        cursor.Take(']');
        cursor.TakeEnd();
    }

    private static string Draw(Random random)
    {
        string text = random.Next(10) switch
        {
            0 => BitConverter.Int32BitsToSingle(random.Next()).ToString("R", CultureInfo.InvariantCulture),
            1 => BitConverter.Int64BitsToDouble(random.NextInt64()).ToString("R", CultureInfo.InvariantCulture),
            2 => random.NextDouble().ToString("R", CultureInfo.InvariantCulture),
            3 => random.NextSingle().ToString("R", CultureInfo.InvariantCulture),
            4 => random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture),
            // Every way of writing an exponent.
            6 => $"{random.Next(-99, 100)}.{Digits(random, random.Next(1, 9))}{"eE"[random.Next(2)]}{s_exponentSigns[random.Next(4)]}{random.Next(45)}",
            7 => $"-{Digits(random, random.Next(1, 20))}e{random.Next(-40, 20)}",
            // As many digits before and after the point as any of the paths takes, and one more.
            5 => Digits(random, random.Next(1, 21)) + "." + Digits(random, random.Next(1, 21)),
            8 => "-0." + new string('0', random.Next(20)) + Digits(random, random.Next(1, 10)),
            // The middle between two floats, and its neighbourhood.
            _ => (((double)(1 + random.NextSingle()) + MathF.BitIncrement(1 + random.NextSingle())) / 2).ToString("R", CultureInfo.InvariantCulture),
        };
        return char.IsAsciiDigit(text[^1]) ? text : "0";
    }

    private static string Digits(Random random, int count)
    {
        char[] digits = [.. Enumerable.Range(0, count).Select(_ => (char)('0' + random.Next(10)))];
        if (count > 1 && digits[0] == '0') digits[0] = '1';
        return new string(digits);
    }
#pragma warning restore CA5394
}
