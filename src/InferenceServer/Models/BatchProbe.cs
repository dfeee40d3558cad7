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

    // How much one row's numbers are larger than another's: what is scaled by the largest of all rows gives itself away.
    private const int Magnitudes = 7;

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
            FillRows(model, single, joined, Rows);
            TimeSpan together = Shortest(joined, selection);
            double gain = Rows * model.WarmUpRun / together;
            double affordable = Math.Min(s_longest / model.WarmUpRun, MostProbedElements / Math.Max(1, single.ElementCount));
            int most = (int)Math.Clamp(affordable, Rows, Math.Clamp(mostRows, StreamRows, MostProbedRows));
            // Other sizes may be computed by other code.
            model.RowsAreIndependent = RowsAreIndependent(single, joined, selection, Rows) && new[] { 2, 3, most }.All(rows =>
            {
                FillRows(model, single, joined, rows);
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

    /// <summary>Rows that differ, from each other and from the one that is repeated.</summary>
    private static void FillRows(ServedModel model, InferenceCall single, InferenceCall joined, int rows)
    {
        for (int i = 0; i < joined.Inputs.Length; i++) FillRows(single.Inputs[i], joined.Inputs[i], model.Features, i, rows);
    }

    private static void FillRows(InputTensor row, InputTensor target, FeaturePlan? plan, int input, int rows)
    {
        long[] shape = row.Shape.ToArray();
        shape[0] = rows;
        target.SetShape(shape);
        int columns = (int)(row.ElementCount / row.Rows);
        target.Elements<byte>(columns * rows);
        PlannedFeature?[] features = new PlannedFeature?[columns];
        foreach (PlannedFeature feature in plan?.Features.Where(feature => feature.Input == input && feature.Column < columns) ?? []) features[feature.Column] = feature;
        for (int i = 0; i < columns * rows; i++) ElementAccess.Set(target, i, ValueOf(row.Type, features[i % columns], i / columns, i));
    }

    // Whole numbers may be places in a table that the model has: 0 and 1 are in most, and all of a feature's categories in its own.
    private static double ValueOf(TensorElementType type, PlannedFeature? feature, int row, int index)
    {
        bool isReal = type is TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16 or TensorElementType.BFloat16;
        if (feature?.Kind == FeatureKind.CategoryIndex) return index % feature.Schema.Categories.Count;
        double low = feature?.Schema.Minimum ?? Math.Min(0, feature?.Schema.Maximum ?? 0);
        double span = Math.Max(0, (feature?.Schema.Maximum ?? double.MaxValue) - low);
        return isReal
            ? low + Math.Min(span, Math.Abs(Math.Sin(index + 1)) * Math.Pow(2, (row % Magnitudes) - (Magnitudes / 2)))
            : low + Math.Min(span, (uint)index * 2_654_435_761 >> 16 & 1);
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
