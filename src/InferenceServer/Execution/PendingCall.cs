using System.Threading.Tasks.Sources;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Execution;

/// <summary>A call that waits to be run, with others or by itself.</summary>
internal sealed class PendingCall : IValueTaskSource, IThreadPoolWorkItem
{
    // The answer is written by whoever ran the call: handing it on costs more than writing it, and other threads take the next batch.
    private ManualResetValueTaskSourceCore<bool> _core;

    public InferenceCall Call { get; private set; } = null!;
    public OutputSelection Selection { get; private set; } = null!;
    public CancellationToken Cancellation { get; private set; }
    public long Rows => Call.Inputs[0].Rows;

    /// <summary>Begins a wait.</summary>
    public ValueTask Begin(InferenceCall call, OutputSelection selection, CancellationToken cancellation)
    {
        Call = call;
        Selection = selection;
        Cancellation = cancellation;
        _core.Reset();
        return new ValueTask(this, _core.Version);
    }

    /// <summary>They may lie in one tensor: the same outputs, and shapes that differ in the rows only.</summary>
    public bool Fits(PendingCall other)
    {
        if (Selection != other.Selection) return false;
        for (int i = 0; i < Call.Inputs.Length; i++)
        {
            if (!Call.Inputs[i].Shape[1..].SequenceEqual(other.Call.Inputs[i].Shape[1..])) return false;
        }

        return true;
    }

    /// <summary>Runs it by itself, and completes it or fails it.</summary>
    public void Execute()
    {
        try
        {
            Call.Run(Selection, Cancellation);
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }

        Complete();
    }

    public void Complete() => _core.SetResult(true);

    public void Fail(Exception exception) => _core.SetException(exception);

    public void GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
