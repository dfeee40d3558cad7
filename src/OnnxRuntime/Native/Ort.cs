using System.Runtime.InteropServices;

namespace Canario.OnnxRuntime.Native;

/// <summary>The library, loaded once a process: its function table, environment, allocator and CPU memory description.</summary>
internal static unsafe partial class Ort
{
    // Every entry used here exists since version 16; a newer library serves older versions too.
    private const uint ApiVersion = 16;
    private const int ArenaAllocator = 1;
    private const int MemoryDefault = 0;
    private const int LogFatal = 4;

    public static readonly OrtApi* Api;
    public static readonly nint Environment;
    public static readonly nint Allocator;
    public static readonly nint CpuMemory;
    public static readonly string Version;

#pragma warning disable CA1810 // The order of the calls matters, and the environment must exist before any of the others is used.
    static Ort()
#pragma warning restore CA1810
    {
        OrtApiBase* apiBase = OrtGetApiBase();
        Version = Text(apiBase->GetVersionString());
        Api = apiBase->GetApi(ApiVersion);
        if (Api is null)
            throw new OnnxRuntimeException(OrtErrorCode.NotImplemented, $"ONNX Runtime {Version} does not offer version {ApiVersion} of its API.");

        nint created;
        fixed (byte* name = "canario\0"u8)
            Check(Api->CreateEnv(LogFatal, name, &created));
        Environment = created;
        Check(Api->GetAllocatorWithDefaultOptions(&created));
        Allocator = created;
        Check(Api->CreateCpuMemoryInfo(ArenaAllocator, MemoryDefault, &created));
        CpuMemory = created;
    }

    /// <exception cref="OnnxRuntimeException"><paramref name="status"/> is an error.</exception>
    public static void Check(nint status)
    {
        if (status != 0) Throw(status);
    }

    public static string Text(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? "";

    /// <summary>Copies a string that the library allocated, and frees it.</summary>
    public static string TakeText(byte* utf8)
    {
        if (utf8 is null) return "";
        string text = Text(utf8);
        Check(Api->AllocatorFree(Allocator, utf8));
        return text;
    }

    private static void Throw(nint status)
    {
        var code = (OrtErrorCode)Api->GetErrorCode(status);
        string message = Text(Api->GetErrorMessage(status));
        Api->ReleaseStatus(status);
        throw new OnnxRuntimeException(code, message);
    }

    [LibraryImport("libonnxruntime.so.1")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial OrtApiBase* OrtGetApiBase();
}
