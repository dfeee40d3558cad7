using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Canario.Router.Loops;

/// <summary>
/// The system calls that .NET has no method for. Every argument is blittable and no pointer is kept beyond a call, so the room needs no unsafe code; receiving, sending
/// and closing go through <see cref="Socket"/>.
/// </summary>
internal static class Libc
{
    public const int CloseOnExec = 0x80000;
    public const int Add = 1;
    public const int InProgress = 115;
    public const int Interrupted = 4;
    public const int AddressNotAvailable = 99;
    public const int NoBufferSpace = 105;

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static extern int CreatePoll(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static extern int ControlPoll(SafeFileHandle poll, int operation, int descriptor, ref int pollEvent);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static extern int WaitPoll(SafeFileHandle poll, ref int firstEvent, int count, int milliseconds);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static extern int CreateEvent(uint initial, int flags);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    public static extern nint ReadEvent(SafeFileHandle handle, ref ulong value, nint size);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    public static extern nint WriteEvent(SafeFileHandle handle, ref ulong value, nint size);

    // Socket.Connect would throw for a connection that is under way, as every one is that does not block.
    [DllImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static extern int Connect(SafeSocketHandle socket, ref byte address, int length);
}
