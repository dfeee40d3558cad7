using System.Diagnostics;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Models;

/// <summary>
/// Finds out, by running rows alone and together, whether joining requests gives the same answers, to the bit, and is cheaper. Rows that are not independent (normalised over the batch, quantised by
/// the largest of it) would show one client something of another's.
/// </summary>
internal static class BatchProbe
{
    private const int Rows = 8;

    // On the average. Calls of a small model are joined for what they cost beyond their run, so many of them have to come together.
    private const double SomeCalls = 1.5;
    private const double ManyCalls = 4;
    private const int Runs = 10;
    private const int MostProbedRows = 1024;

    // Of all rows together: at start, too, a server should keep to the memory that it needs later.
    private const int MostProbedElements = 4 << 20;

    // What streams and batch jobs run together; see RowRunner.
    private const int StreamRows = 256;

    // Joining costs a hand-over to another thread and a copy of the inputs, where few calls share it.
    private static readonly TimeSpan s_handOver = TimeSpan.FromMicroseconds(20);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2);
    private const double LeastGain = 1.3;

    private const int Magnitudes = 7;

    // How far numbers go that have no range.
    private const double Unbounded = 16;

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
            OutputSelection selection = model.RunOf(null);
            bool isWide = TryRun(model, single, joined, selection, isWide: true);
            if (!isWide && !TryRun(model, single, joined, selection, isWide: false)) return 0;
            TimeSpan together = Shortest(joined, selection);
            double gain = Rows * model.WarmUpRun / together;
            double affordable = Math.Min(s_longest / model.WarmUpRun, MostProbedElements / Math.Max(1, single.ElementCount));
            model.MostRowsTogether = (int)Math.Clamp(affordable, Rows, Math.Clamp(mostRows, StreamRows, MostProbedRows));
            // Other sizes may be computed by other code.
            model.RowsAreIndependent = RowsAreIndependent(single, joined, selection, Rows) && new[] { 2, 3, 5, model.MostRowsTogether }.All(rows =>
            {
                FillRows(model, single, joined, rows, isWide);
                joined.ReleaseOutputs();
                joined.Run(selection);
                return RowsAreIndependent(single, joined, selection, rows);
            });
            if (!model.RowsAreIndependent || gain < LeastGain) return 0;
            model.CallsWorthJoining = model.WarmUpRun - together / Rows >= s_handOver ? SomeCalls : ManyCalls;
            return gain;
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

    /// <summary>Whole numbers that say nothing of their range may be places in a table that the model has, and then fail it: 0 and 1 are in most.</summary>
    private static bool TryRun(ServedModel model, InferenceCall single, InferenceCall joined, OutputSelection selection, bool isWide)
    {
        FillRows(model, single, joined, Rows, isWide);
        try
        {
            joined.Run(selection);
            return true;
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
    }

    private static void FillRows(ServedModel model, InferenceCall single, InferenceCall joined, int rows, bool isWide)
    {
        for (int i = 0; i < joined.Inputs.Length; i++) FillRows(single.Inputs[i], joined.Inputs[i], model.Features, i, rows, isWide);
    }

    /// <summary>Rows that differ, from each other and in size.</summary>
    private static void FillRows(InputTensor row, InputTensor target, FeaturePlan? plan, int input, int rows, bool isWide)
    {
        long[] shape = row.Shape.ToArray();
        shape[0] = rows;
        target.SetShape(shape);
        int columns = (int)(row.ElementCount / row.Rows);
        target.Elements<byte>(columns * rows);
        PlannedFeature?[] features = new PlannedFeature?[columns];
        foreach (PlannedFeature feature in plan?.Features.Where(feature => feature.Input == input && feature.Column < columns) ?? []) features[feature.Column] = feature;
        for (int i = 0; i < columns * rows; i++) ElementAccess.Set(target, i, ValueOf(row.Type, features[i % columns], i / columns, i, isWide));
    }

    private static double ValueOf(TensorElementType type, PlannedFeature? feature, int row, int index, bool isWide)
    {
        uint drawn = Draw((uint)index);
        if (feature?.Kind == FeatureKind.CategoryIndex) return drawn % (uint)feature.Schema.Categories.Count;
        // One row's numbers are larger than another's: what is scaled by the largest of all gives itself away.
        double size = Math.Pow(2, (row % Magnitudes) - Magnitudes);
        (double? minimum, double? maximum) = (feature?.Schema.Minimum, feature?.Schema.Maximum);
        double span = minimum is { } from && maximum is { } to ? to - from : Math.Max(Unbounded, Math.Abs(minimum ?? maximum ?? 0));
        double low = minimum ?? (maximum - span) ?? 0;
        if (type is TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16 or TensorElementType.BFloat16)
            return low + (span * size * Math.Abs(Math.Sin(index + 1)));
        bool isBounded = minimum is not null && maximum is not null;
        double most = type == TensorElementType.Bool || (!isWide && !isBounded) ? 1 : Math.Min(isBounded ? span : sbyte.MaxValue, sbyte.MaxValue);
        return Math.Ceiling(low) + (drawn % ((uint)Math.Max(1, most * size * 2) + 1));
    }

    /// <summary>The same at each start, and without a pattern (the last steps of MurmurHash3, by Austin Appleby).</summary>
    private static uint Draw(uint index)
    {
        index = (index ^ index >> 16) * 0x85EB_CA6B;
        index = (index ^ index >> 13) * 0xC2B2_AE35;
        return index ^ index >> 16;
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
    private static bool RowsAreIndependent(InferenceCall single, InferenceCall joined, OutputSelection selection, int rows)
    {
        // Of rows that are all alike nothing could be seen.
        if (rows >= Rows && !Array.TrueForAll(joined.Inputs, input => RowsDiffer(input, rows))) return false;
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
                if (!SameRow(single.Outputs[i]!, joined.Outputs[i]!, row, rows)) return false;
            }
        }

        return true;
    }

    private static bool RowsDiffer(InputTensor input, int rows)
    {
        ReadOnlySpan<byte> all = input.Elements<byte>((int)input.ElementCount);
        int bytes = all.Length / rows;
        for (int row = 1; row < rows; row++)
        {
            if (!all[..bytes].SequenceEqual(all.Slice(row * bytes, bytes))) return true;
        }

        return false;
    }

    private static bool SameRow(OnnxValue alone, OnnxValue joined, int row, int rows)
    {
        alone.ReadTensorType(out long[] shape);
        joined.ReadTensorType(out long[] joinedShape);
        if (shape.Length == 0 || shape[0] != 1 || joinedShape.Length != shape.Length || joinedShape[0] != rows) return false;
        if (!shape.AsSpan(1).SequenceEqual(joinedShape.AsSpan(1))) return false;
        ReadOnlySpan<byte> one = alone.Elements<byte>();
        return one.SequenceEqual(joined.Elements<byte>().Slice(row * one.Length, one.Length));
    }
}
