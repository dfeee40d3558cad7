using System.Diagnostics;
using System.Runtime.InteropServices;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Models;

/// <summary>Finds out, by running a few rows alone and together, whether joining requests gives the same answers and is cheaper.</summary>
internal static class BatchProbe
{
    private const int Rows = 8;

    // On the average. Calls of a small model are joined for what they cost beyond their run, so many of them have to come together.
    private const double SomeCalls = 1.5;
    private const double ManyCalls = 4;
    private const int Runs = 10;
    private const int MostProbedRows = 1024;

    // Joining costs a hand-over to another thread and a copy of the inputs, where few calls share it.
    private static readonly TimeSpan s_handOver = TimeSpan.FromMicroseconds(20);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2);
    private const double LeastGain = 1.3;

    // Larger matrices are multiplied in another order, so sums differ in their last digits.
    private const float Tolerance = 1e-3f;

    /// <summary>Also tells the model whether its rows are independent, and how many calls are worth joining.</summary>
    /// <param name="model">Warmed up.</param>
    /// <param name="mostRows">Of a joined run.</param>
    /// <returns>How many times cheaper a row is among others; 0: it is not worth joining requests, or not right.</returns>
    public static double Run(ServedModel model, int mostRows)
    {
        if (!HasBatchDimension(model) || model.WarmUpRun == TimeSpan.MaxValue || model.WarmUpRun * Rows > s_longest) return 0;
        InferenceCall single = model.Rent();
        InferenceCall joined = model.Rent();
        try
        {
            foreach (InputTensor input in single.Inputs) WarmUp.Fill(input, model.Features);
            for (int i = 0; i < joined.Inputs.Length; i++) Repeat(single.Inputs[i], joined.Inputs[i], Rows);
            OutputSelection selection = model.RunOf(null);
            TimeSpan together = Shortest(joined, selection);
            double gain = Rows * model.WarmUpRun / together;
            model.RowsAreIndependent = RowsAreIndependent(single, joined, selection, Rows, exactly: false);
            if (!model.RowsAreIndependent || gain < LeastGain) return 0;
            bool savesMuch = model.WarmUpRun - together / Rows >= s_handOver;
            model.CallsWorthJoining = savesMuch ? SomeCalls : ManyCalls;
            if (savesMuch) return gain;
            // Nobody would accept other digits for so little.
            int rows = Math.Min(mostRows, MostProbedRows);
            for (int i = 0; i < joined.Inputs.Length; i++) Repeat(single.Inputs[i], joined.Inputs[i], rows);
            joined.ReleaseOutputs();
            joined.Run(selection);
            return RowsAreIndependent(single, joined, selection, rows, exactly: true) ? gain : 0;
        }
        catch (OnnxRuntimeException)
        {
            return 0;
        }
        finally
        {
            model.Return(single);
            model.Return(joined);
        }
    }

    /// <summary>The first dimension of all tensors is one and the same open one, and their elements can be copied.</summary>
    private static bool HasBatchDimension(ServedModel model)
    {
        ValueInfo[] tensors = [.. model.Inputs, .. model.Outputs];
        bool open = tensors.All(tensor => tensor is { Map: null, ElementType: not TensorElementType.String, Shape.Count: > 0 } && tensor.Shape[0] < 0);
        return open && model.Inputs.Select(input => input.SymbolicDimensions[0]).Distinct().Count() == 1;
    }

    /// <summary>Rows that differ a little, so that one in another's place is noticed.</summary>
    private static void Repeat(InputTensor row, InputTensor rows, int times)
    {
        long[] shape = row.Shape.ToArray();
        shape[0] = times;
        rows.SetShape(shape);
        int count = (int)row.ElementCount;
        ReadOnlySpan<byte> from = row.Elements<byte>(count);
        Span<byte> to = rows.Elements<byte>(count * times);
        for (int i = 0; i < times; i++) from.CopyTo(to[(i * from.Length)..]);
        if (row.Type != TensorElementType.Float) return;
        Span<float> values = rows.Elements<float>(count * times);
        for (int i = 0; i < values.Length; i++) values[i] += MathF.Sin(i) / 16;
    }

    private static TimeSpan Shortest(InferenceCall call, OutputSelection selection)
    {
        TimeSpan shortest = TimeSpan.MaxValue;
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < Runs && (i < 2 || Stopwatch.GetElapsedTime(begun) < s_longest); i++)
        {
            call.ReleaseOutputs();
            long start = Stopwatch.GetTimestamp();
            call.Run(selection);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed < shortest) shortest = elapsed;
        }

        return shortest;
    }

    /// <param name="single">For running each row alone.</param>
    /// <param name="joined">After its run.</param>
    /// <param name="selection">Of the run.</param>
    /// <param name="rows">Of the joined run.</param>
    /// <param name="exactly">Bit by bit.</param>
    private static bool RowsAreIndependent(InferenceCall single, InferenceCall joined, OutputSelection selection, int rows, bool exactly)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < single.Inputs.Length; i++)
            {
                int count = (int)single.Inputs[i].ElementCount;
                Span<byte> to = single.Inputs[i].Elements<byte>(count);
                joined.Inputs[i].Elements<byte>(count * rows).Slice(row * to.Length, to.Length).CopyTo(to);
            }

            single.ReleaseOutputs();
            single.Run(selection);
            for (int i = 0; i < selection.Outputs.Length; i++)
            {
                if (!SameRow(single.Outputs[i]!, joined.Outputs[i]!, row, rows, exactly)) return false;
            }
        }

        return true;
    }

    private static bool SameRow(OnnxValue alone, OnnxValue joined, int row, int rows, bool exactly)
    {
        alone.ReadTensorType(out long[] shape);
        TensorElementType type = joined.ReadTensorType(out long[] joinedShape);
        if (shape.Length == 0 || shape[0] != 1 || joinedShape.Length != shape.Length || joinedShape[0] != rows) return false;
        if (!shape.AsSpan(1).SequenceEqual(joinedShape.AsSpan(1))) return false;
        ReadOnlySpan<byte> one = alone.Elements<byte>();
        ReadOnlySpan<byte> other = joined.Elements<byte>().Slice(row * one.Length, one.Length);
        if (exactly) return one.SequenceEqual(other);
        if (type != TensorElementType.Float) return type is TensorElementType.Double or TensorElementType.Float16 or TensorElementType.BFloat16 || one.SequenceEqual(other);
        ReadOnlySpan<float> a = MemoryMarshal.Cast<byte, float>(one);
        ReadOnlySpan<float> b = MemoryMarshal.Cast<byte, float>(other);
        for (int i = 0; i < a.Length; i++)
        {
            if (!(MathF.Abs(a[i] - b[i]) <= Tolerance * Math.Max(1, MathF.Abs(a[i]))) && !a[i].Equals(b[i])) return false;
        }

        return true;
    }
}
