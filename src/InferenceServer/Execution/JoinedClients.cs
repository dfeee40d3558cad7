namespace Canario.InferenceServer.Execution;

/// <summary>
/// The clients of one joined run while it goes on. Who gives up, or whose deadline passes, is answered at once: its rows were copied, and the others wait for theirs. The last one's leaving ends the run.
/// </summary>
internal sealed class JoinedClients : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<PendingCall> _batch;
    private readonly bool[] _left;
    private readonly CancellationTokenRegistration[] _registrations;
    private readonly CancellationTokenSource _all = new();
    private int _count;
    private bool _closed;

    /// <param name="batch">Their calls, whose rows were copied already. Not to be changed before <see cref="RemoveLeft"/>.</param>
    public JoinedClients(List<PendingCall> batch)
    {
        _batch = batch;
        _left = new bool[batch.Count];
        _registrations = new CancellationTokenRegistration[batch.Count];
        for (int i = 0; i < batch.Count; i++)
        {
            (int index, PendingCall call, CancellationToken token) = (i, batch[i], batch[i].Cancellation);
            _registrations[i] = token.UnsafeRegister(_ => Leave(index, call, token), null);
        }
    }

    public CancellationToken AllLeft => _all.Token;

    /// <summary>From now on nobody leaves: who is still there gets an answer of the run.</summary>
    public void Close()
    {
        lock (_lock) _closed = true;
        foreach (CancellationTokenRegistration registration in _registrations) registration.Unregister();
    }

    /// <summary>Once it is closed and no run looks at <see cref="AllLeft"/> any more.</summary>
    public void Dispose()
    {
        lock (_lock) _all.Dispose();
    }

    /// <summary>Whether it was answered, so that its call may be another request's by now. Holds once it is closed.</summary>
    public bool HasLeft(int index) => _left[index];

    public void RemoveLeft()
    {
        for (int i = _batch.Count - 1; i >= 0; i--)
        {
            if (_left[i]) _batch.RemoveAt(i);
        }
    }

    private void Leave(int index, PendingCall call, CancellationToken token)
    {
        lock (_lock)
        {
            if (_closed) return;
            _left[index] = true;
            // Ends the run, whose thread needs nothing of ours for that.
            if (++_count == _left.Length) _all.Cancel();
        }

        call.Fail(new OperationCanceledException(token));
    }
}
