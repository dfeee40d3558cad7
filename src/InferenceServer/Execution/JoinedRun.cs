using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Execution;

/// <summary>One run of the model for several calls: their rows one below the other.</summary>
internal static class JoinedRun
{
    /// <param name="model">Theirs.</param>
    /// <param name="batch">Calls that fit to each other; they have their outputs afterwards.</param>
    /// <param name="took">The run alone.</param>
    /// <returns>False: together they cannot be run, each by itself perhaps.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever they fail of together, too much memory say, each of them is told its own failure.")]
    public static bool TryRun(ServedModel model, List<PendingCall> batch, out TimeSpan took)
    {
        took = TimeSpan.Zero;
        InferenceCall? joined = null;
        try
        {
            joined = model.Rent();
            Join(batch, joined);
            long start = Stopwatch.GetTimestamp();
            joined.Run(batch[0].Selection);
            took = Stopwatch.GetElapsedTime(start);
            if (!HaveRows(joined, joined.JoinableRows)) return false;
            Split(batch, joined.TakeOutputs());
            return true;
        }
        catch (Exception)
        {
            foreach (PendingCall pending in batch) pending.Call.ReleaseOutputs();
            return false;
        }
        finally
        {
            if (joined is not null) model.Return(joined);
        }
    }

    /// <summary>A model may still answer more or fewer rows than it was given, for some inputs.</summary>
    private static bool HaveRows(InferenceCall joined, long rows)
    {
        for (int i = 0; i < joined.OutputCount; i++)
        {
            joined.Outputs[i]!.ReadTensorType(out long[] shape);
            if (shape.Length == 0 || shape[0] != rows) return false;
        }

        return true;
    }

    private static void Join(List<PendingCall> batch, InferenceCall joined)
    {
        for (int i = 0; i < joined.Inputs.Length; i++)
        {
            InputTensor target = joined.Inputs[i];
            long[] shape = batch[0].Call.Inputs[i].Shape.ToArray();
            shape[0] = batch.Sum(pending => pending.Call.Inputs[i].Rows);
            target.SetShape(shape);
            Span<byte> rest = target.Elements<byte>((int)target.ElementCount);
            foreach (PendingCall pending in batch)
            {
                InputTensor source = pending.Call.Inputs[i];
                ReadOnlySpan<byte> rows = source.Elements<byte>((int)source.ElementCount);
                rows.CopyTo(rest);
                rest = rest[rows.Length..];
            }
        }
    }

    private static void Split(List<PendingCall> batch, OnnxValue[] outputs)
    {
        SharedTensor[] shared = [.. outputs.Select(output => output.Share())];
        try
        {
            int row = 0;
            foreach (PendingCall pending in batch)
            {
                int rows = (int)pending.Rows;
                pending.Call.SetOutputs(shared, row, rows);
                row += rows;
            }
        }
        finally
        {
            foreach (SharedTensor tensor in shared) tensor.Dispose();
        }
    }
}
