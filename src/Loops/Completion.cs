using System.Threading.Tasks.Sources;

namespace Canario.Loops;

/// <summary>A wait that costs no allocation, one at a time. Who awaits goes on inside <see cref="Set"/>, so on the loop's thread.</summary>
internal sealed class Completion<T> : IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> _core;

    public bool IsPending { get; private set; }

    public ValueTask<T> Begin()
    {
        if (IsPending) throw new InvalidOperationException("somebody waits for this already");
        _core.Reset();
        IsPending = true;
        return new ValueTask<T>(this, _core.Version);
    }

    public void Set(T result)
    {
        IsPending = false;
        _core.SetResult(result);
    }

    T IValueTaskSource<T>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _core.GetStatus(token);

    // No context: there is none on a loop's thread, and looking for one costs.
    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, ValueTaskSourceOnCompletedFlags.None);
}
