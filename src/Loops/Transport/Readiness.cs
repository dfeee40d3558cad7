namespace Canario.Loops.Transport;

/// <summary>
/// Whether a socket has something to take, or takes something, as far as its loop was told; asked by whoever uses it, on any thread. The kernel tells of a change once: so it is forgotten before the
/// system call that finds out, and what changes after that is told anew.
/// </summary>
internal struct Readiness
{
    private const int Quiet = 0;
    private const int Ready = 1;
    private const int Waiting = 2;
    private int _state;

    public readonly bool IsReady => Volatile.Read(in _state) == Ready;

    public readonly bool IsWaitedFor => Volatile.Read(in _state) == Waiting;

    public void Forget() => Interlocked.Exchange(ref _state, Quiet);

    /// <summary>There may be more than was asked for.</summary>
    public void Remember() => Volatile.Write(ref _state, Ready);

    /// <returns>False: it is ready, ask again. True: it is the loop's turn to go on.</returns>
    public bool TryWait() => Interlocked.CompareExchange(ref _state, Waiting, Quiet) == Quiet;

    /// <summary>On the loop's thread, where nothing is told meanwhile; elsewhere only with another look asked for, which finds what was.</summary>
    public void Wait() => Volatile.Write(ref _state, Waiting);

    /// <summary>Told by the kernel. On the loop's thread.</summary>
    /// <returns>Somebody waited, whose turn this is.</returns>
    // Who forgets after this look makes the system call after it too, and finds what it was about.
    public bool Tell() => !IsReady && Interlocked.Exchange(ref _state, Ready) == Waiting;
}
