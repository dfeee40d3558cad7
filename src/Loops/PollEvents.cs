using System.Runtime.InteropServices;

namespace Canario.Loops;

/// <summary>Room for the kernel's <c>struct epoll_event</c>: the events, then 64 bits of ours. It is packed to 12 bytes on x86-64 and 16 bytes long everywhere else.</summary>
internal sealed class PollEvents(int capacity)
{
    public const uint In = 0x1;
    public const uint Out = 0x4;
    public const uint Error = 0x8;
    public const uint HangUp = 0x10;
    public const uint PeerHangUp = 0x2000;
    /// <summary>Told once when it changes, not each time while it lasts: a socket is registered once for its whole life.</summary>
    public const uint Edge = 1u << 31;

    private static readonly int s_stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 3 : 4;
    private readonly int[] _raw = new int[capacity * s_stride];

    public int Capacity => capacity;

    public ref int First => ref _raw[0];

    public uint Events(int index) => (uint)_raw[index * s_stride];

    public int Descriptor(int index) => _raw[index * s_stride + s_stride - 2];

    /// <summary>Tells a descriptor's socket from one that had the number before.</summary>
    public int Serial(int index) => _raw[index * s_stride + s_stride - 1];

    public void Set(uint events, int descriptor, int serial)
    {
        _raw[0] = (int)events;
        _raw[s_stride - 2] = descriptor;
        _raw[s_stride - 1] = serial;
    }
}
