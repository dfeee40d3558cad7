using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Canario.Loops;

/// <summary>
/// The system calls that .NET has no method for. Every argument is blittable and no pointer is kept beyond a call, so the room needs no unsafe code; receiving, sending
/// and closing go through <see cref="Socket"/>.
/// </summary>
public static class Libc
{
    /// <summary>EADDRNOTAVAIL: all of this machine's ports for that peer are in use.</summary>
    public const int AddressNotAvailable = 99;

    /// <summary>ENOBUFS</summary>
    public const int NoBufferSpace = 105;

    internal const int CloseOnExec = 0x80000;
    internal const int Add = 1;
    internal const int InProgress = 115;
    internal const int Interrupted = 4;

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    internal static extern int CreatePoll(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static extern int ControlPoll(SafeFileHandle poll, int operation, int descriptor, ref int pollEvent);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    internal static extern int WaitPoll(SafeFileHandle poll, ref int firstEvent, int count, int milliseconds);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static extern int CreateEvent(uint initial, int flags);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static extern nint ReadEvent(SafeFileHandle handle, ref ulong value, nint size);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static extern nint WriteEvent(SafeFileHandle handle, ref ulong value, nint size);

    // Socket.Connect would throw for a connection that is under way, as every one is that does not block.
    [DllImport("libc", EntryPoint = "connect", SetLastError = true)]
    internal static extern int Connect(SafeSocketHandle socket, ref byte address, int length);
}
