using System.Runtime.InteropServices;

namespace Canario.OnnxRuntime.Native;

/// <summary><c>struct OrtApiBase</c>: the library's only exported entry point answers it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OrtApiBase
{
    public delegate* unmanaged<uint, OrtApi*> GetApi;
    public delegate* unmanaged<byte*> GetVersionString;
}
