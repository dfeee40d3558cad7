using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Canario.Loops;

/// <summary>
/// A thread that waits for the events of its sockets and runs what waits for them. All that belongs to a connection lives on one loop, so nothing on a request's way
/// is locked, handed to another thread, or asked of the kernel before it is there. Only <see cref="Post"/> and <see cref="Dispose"/> may be called from elsewhere.
/// </summary>
public sealed class EventLoop : IDisposable
{
    /// <summary>Deadlines are met within it. One look at all sockets: a timer a request would cost more than the forwarding itself.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    /// <summary>Of each buffer that <see cref="RentBuffer"/> gives.</summary>
    public const int BufferBytes = 16 * 1024;

    private const int MaxEvents = 256;
    private const int MaxSpareBuffers = 1024;
    [ThreadStatic]
    private static EventLoop? s_current;
    private readonly SafeFileHandle _poll;
    // A handle, not a number: who posts to a loop that has ended must not write into whatever has the number by then.
    private readonly SafeFileHandle _wake;
    private readonly int _wakeDescriptor;
    private readonly PollEvents _events = new(MaxEvents);
    private readonly PollEvents _registration = new(1);
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Queue<IDeferred> _deferred = new();
    private readonly Stack<byte[]> _buffers = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly long _tickStamps;
    private Watched?[] _sockets = new Watched?[1024];
    private int _serial;
    private int _woken;
    private bool _stopping;

    /// <param name="index">See <see cref="Index"/>.</param>
    /// <param name="time">Of deadlines.</param>
    /// <param name="logger">Is told what no connection foresaw.</param>
    /// <exception cref="IOException">The kernel gives no more descriptors.</exception>
    public EventLoop(int index, TimeProvider time, ILogger logger)
    {
        Index = index;
        _time = time;
        _logger = logger;
        _tickStamps = Stamps(Tick);
        _poll = new SafeFileHandle(Check(Libc.CreatePoll(Libc.CloseOnExec), "epoll_create1"), ownsHandle: true);
        _wakeDescriptor = Check(Libc.CreateEvent(0, Libc.CloseOnExec), "eventfd");
        _wake = new SafeFileHandle(_wakeDescriptor, ownsHandle: true);
        _registration.Set(PollEvents.In, _wakeDescriptor, 0);
        Check(Libc.ControlPoll(_poll, Libc.Add, _wakeDescriptor, ref _registration.First), "epoll_ctl");
        Now = time.GetTimestamp();
        _thread = new Thread(Run) { IsBackground = true, Name = "loop " + index };
        _thread.Start();
    }

    /// <summary>The loop whose thread this is; null: another thread.</summary>
    public static EventLoop? Current => s_current;

    /// <summary>Position among the loops of the process.</summary>
    public int Index { get; }

    /// <summary>When the loop last woke: good enough for deadlines, and asking the clock for each would cost more than the rest of them.</summary>
    public long Now { get; private set; }

    /// <summary>Events that were there when the loop last woke; several: their connections have come together.</summary>
    public int Together { get; private set; }

    /// <summary>The timestamp that lies so far ahead.</summary>
    public long After(TimeSpan span) => Now + Stamps(span);

    /// <summary>As a difference of timestamps.</summary>
    public long Stamps(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    /// <summary>Of a difference of timestamps.</summary>
    public TimeSpan Span(long stamps) => _time.GetElapsedTime(0, stamps);

    /// <summary>Runs it on the loop's thread, soon. From any thread; not at all once the loop has ended.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        if (Interlocked.Exchange(ref _woken, 1) != 0) return;
        ulong one = 1;
        try
        {
            Libc.WriteEvent(_wake, ref one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // It has ended, and its sockets with it.
        }
    }

    /// <summary>Has it resumed when all events that were there when the loop woke are dealt with: who is being called back is never called back within that. On the loop's thread.</summary>
    public void Defer(IDeferred work) => _deferred.Enqueue(work);

    /// <summary>Ends the loop and closes its sockets. From any thread; on its own, which cannot wait for itself, soon after.</summary>
    public void Dispose()
    {
        Post(() => _stopping = true);
        if (Current != this) _thread.Join();
    }

    /// <exception cref="IOException">The kernel watches no more sockets.</exception>
    internal void Add(Watched socket, int descriptor)
    {
        if (descriptor >= _sockets.Length) Array.Resize(ref _sockets, Math.Max(descriptor + 1, _sockets.Length * 2));
        socket.Serial = ++_serial;
        _sockets[descriptor] = socket;
        _registration.Set(PollEvents.In | PollEvents.Out | PollEvents.PeerHangUp | PollEvents.Edge, descriptor, socket.Serial);
        if (Libc.ControlPoll(_poll, Libc.Add, descriptor, ref _registration.First) >= 0) return;
        _sockets[descriptor] = null;
        Check(-1, "epoll_ctl");
    }

    /// <summary>Before its descriptor is closed, which takes it out of the poll.</summary>
    internal void Remove(Watched socket, int descriptor)
    {
        // One that was never added may have the number of one that was.
        if (descriptor < _sockets.Length && _sockets[descriptor] == socket) _sockets[descriptor] = null;
    }

    /// <summary>Pinned: the kernel may be given it. On the loop's thread.</summary>
    public byte[] RentBuffer() => _buffers.TryPop(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);

    /// <summary>On the loop's thread.</summary>
    public void ReturnBuffer(byte[] buffer)
    {
        if (_buffers.Count < MaxSpareBuffers) _buffers.Push(buffer);
    }

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    private void Run()
    {
        s_current = this;
        long nextTick = Now + _tickStamps;
        while (!_stopping)
        {
            int count = Libc.WaitPoll(_poll, ref _events.First, _events.Capacity, _deferred.Count > 0 ? 0 : (int)Tick.TotalMilliseconds);
            if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted) Check(count, "epoll_wait");
            Now = _time.GetTimestamp();
            Together = count;
            for (int i = 0; i < count; i++) Dispatch(i);
            for (int left = _deferred.Count; left > 0; left--) Guard(_deferred.Dequeue(), static work => work.Resume());
            if (Now < nextTick) continue;
            nextTick = Now + _tickStamps;
            MeetDeadlines();
        }
        foreach (var socket in _sockets) socket?.Dispose();
        _poll.Dispose();
        _wake.Dispose();
    }

    private void Dispatch(int index)
    {
        int descriptor = _events.Descriptor(index);
        if (descriptor == _wakeDescriptor)
        {
            RunPosted();
            return;
        }
        // null or another serial: closed by an event before this one.
        if (_sockets[descriptor] is not { } socket || socket.Serial != _events.Serial(index)) return;
        try
        {
            socket.Handle(_events.Events(index));
        }
        catch (Exception e)
        {
            Log.LoopFailed(_logger, e);
            socket.Dispose();
        }
    }

    private void RunPosted()
    {
        ulong drained = 0;
        Libc.ReadEvent(_wake, ref drained, sizeof(ulong));
        // With a fence, not only written: who posts after the queue was found empty must see it.
        Interlocked.Exchange(ref _woken, 0);
        while (_posted.TryDequeue(out var action))
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                Log.LoopFailed(_logger, e);
            }
        }
    }

    private void MeetDeadlines()
    {
        long now = Now;
        for (int i = 0; i < _sockets.Length; i++)
        {
            if (_sockets[i] is { } socket && socket.IsPast(now)) Guard(socket, static late => late.Expire());
        }
    }

    /// <summary>What throws is logged, and disposed of if it can be. From any thread.</summary>
    internal void Guard<T>(T work, Action<T> step)
    {
        try
        {
            step(work);
        }
        catch (Exception e)
        {
            Log.LoopFailed(_logger, e);
            (work as IDisposable)?.Dispose();
        }
    }
}
