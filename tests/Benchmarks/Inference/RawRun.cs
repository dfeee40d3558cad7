using System.Diagnostics;
using System.Runtime.InteropServices;
using Canario.OnnxRuntime;

namespace Canario.Benchmarks.Inference;

/// <summary>The model's session run in this process on one thread: what the server can at best cost.</summary>
internal sealed class RawRun : IDisposable
{
    private readonly Session _session;
    private readonly PreparedRun _run;
    private readonly OnnxValue _input;
    private readonly OnnxValue?[] _outputs;

    public RawRun(string path, InferenceCase @case)
    {
        _session = new Session(path, new SessionOptions { IntraOpThreads = 1 });
        _run = _session.Prepare([@case.Input], [.. _session.Outputs.Select(output => output.Name)]);
        _outputs = new OnnxValue?[_session.Outputs.Count];
        byte[] memory = GC.AllocateArray<byte>(@case.Elements * sizeof(float), pinned: true);
        Span<float> values = MemoryMarshal.Cast<byte, float>(memory.AsSpan());
        for (int i = 0; i < values.Length; i++) values[i] = @case.ValueAt(i);
        _input = OnnxValue.OverMemory(memory, TensorElementType.Float, @case.Shape);
    }

    /// <summary>CPU microseconds and wall microseconds of one run with its outputs made and freed.</summary>
    public (double Cpu, double Wall) Measure(TimeSpan duration)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long begun = Stopwatch.GetTimestamp();
        long runs = 0;
        do
        {
            for (int i = 0; i < 20; i++, runs++)
            {
                _run.Run([_input], _outputs);
                foreach (OnnxValue? output in _outputs) output!.Dispose();
            }
        }
        while (Stopwatch.GetElapsedTime(begun) < duration);
        return ((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / runs, Stopwatch.GetElapsedTime(begun).TotalMicroseconds / runs);
    }

    public void Dispose()
    {
        foreach (OnnxValue? output in _outputs) output?.Dispose();
        _input.Dispose();
        _run.Dispose();
        _session.Dispose();
    }
}
