using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.Benchmarks.Inference;

/// <summary>A JSON array of floats into tensor memory, beside what the framework's own reader takes for it.</summary>
internal static class DecodeBenchmark
{
    private const int Numbers = 27_648;
    private const int Rounds = 5;
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(400);

    private const double LeastRatio = 8;

    public static Task<int> RunAsync()
    {
        // As a program writes floats, and as a picture is written: what is short lets less time pass between two numbers.
        bool good = Compare("all digits", i => MathF.Sin(i));
        good &= Compare("four digits", i => MathF.Round(MathF.Abs(MathF.Sin(i)), 4));
        return Task.FromResult(good ? 0 : 1);
    }

    private static bool Compare(string form, Func<int, float> value)
    {
        byte[] body = Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Range(0, Numbers).Select(i => value(i).ToString("R", CultureInfo.InvariantCulture))) + "]        ");
        using var tensor = new InputTensor(new ValueInfo("x", ValueKind.Tensor, TensorElementType.Float, [-1], [""]));
        var own = new List<double>();
        var framework = new List<double>();
        var values = new float[Numbers];
        // The first rounds compile.
        for (int round = -2; round < Rounds; round++)
        {
            double ours = Measure(() => ReadOurs(body, tensor));
            double theirs = Measure(() => ReadFramework(body, values));
            if (round < 0) continue;
            own.Add(ours);
            framework.Add(theirs);
        }

        bool equal = tensor.Elements<float>(Numbers).SequenceEqual(values);
        double ratio = framework.Median(us => us) / own.Median(us => us);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Numbers} floats, {form}, {body.Length} bytes: {own.Median(us => us):F0} us CPU ({own.Median(us => us) * 1000 / Numbers:F1} ns a number), Utf8JsonReader {framework.Median(us => us):F0} us: {ratio:F1} times as fast (limit {LeastRatio}); same bits: {equal}"));
        return equal && ratio >= LeastRatio;
    }

    private static void ReadOurs(byte[] body, InputTensor tensor)
    {
        var cursor = new JsonCursor(body, 1024);
        cursor.Take('[');
        ElementJson.Read(ref cursor, tensor, 0, Numbers);
        cursor.Take(']');
    }

    private static void ReadFramework(byte[] body, float[] values)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        for (int i = 0; i < values.Length; i++)
        {
            reader.Read();
            values[i] = reader.GetSingle();
        }
    }

    /// <summary>CPU microseconds of one call.</summary>
    private static double Measure(Action read)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long begun = Stopwatch.GetTimestamp();
        int runs = 0;
        for (; Stopwatch.GetElapsedTime(begun) < s_round; runs++) read();
        return (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / runs;
    }
}
