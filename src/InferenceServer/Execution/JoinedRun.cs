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
    /// <param name="batch">Calls that fit to each other; they have their outputs afterwards. Those whose clients left meanwhile are not in it any more.</param>
    /// <param name="isLong">Whether clients may leave while it runs; a short one is over before that could reach it.</param>
    /// <param name="took">The run alone.</param>
    /// <returns>False: together they cannot be run, each by itself perhaps.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever they fail of together, too much memory say, each of them is told its own failure.")]
    public static bool TryRun(ServedModel model, List<PendingCall> batch, bool isLong, out TimeSpan took)
    {
        took = TimeSpan.Zero;
        InferenceCall? joined = null;
        JoinedClients? clients = null;
        try
        {
            joined = model.Rent();
            Join(batch, joined);
            OutputSelection selection = batch[0].Selection;
            int[] rows = [.. batch.Select(pending => (int)pending.Rows)];
            if (isLong) clients = new JoinedClients(batch);
            long start = Stopwatch.GetTimestamp();
            joined.Run(selection, clients?.AllLeft ?? CancellationToken.None);
            took = Stopwatch.GetElapsedTime(start);
            clients?.Close();
            if (!HaveRows(joined, joined.JoinableRows)) return false;
            Split(batch, rows, clients, joined.TakeOutputs());
            return true;
        }
        catch (Exception)
        {
            clients?.Close();
            for (int i = 0; i < batch.Count; i++)
            {
                if (clients?.HasLeft(i) != true) batch[i].Call.ReleaseOutputs();
            }

            return false;
        }
        finally
        {
            clients?.RemoveLeft();
            clients?.Dispose();
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

    private static void Split(List<PendingCall> batch, int[] rows, JoinedClients? clients, OnnxValue[] outputs)
    {
        SharedTensor[] shared = [.. outputs.Select(output => output.Share())];
        try
        {
            int row = 0;
            for (int i = 0; i < rows.Length; i++)
            {
                if (clients?.HasLeft(i) != true) batch[i].Call.SetOutputs(shared, row, rows[i]);
                row += rows[i];
            }
        }
        finally
        {
            foreach (SharedTensor tensor in shared) tensor.Dispose();
        }
    }
}
