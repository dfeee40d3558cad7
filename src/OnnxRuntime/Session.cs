using System.Text;
using Canario.OnnxRuntime.Native;

namespace Canario.OnnxRuntime;

/// <summary>One loaded model. Runs may be started from any number of threads at once; dispose it when none is under way.</summary>
public sealed unsafe class Session : IDisposable
{
    private nint _session;

    /// <summary>Loads a model from a file.</summary>
    /// <exception cref="OnnxRuntimeException">The file is missing, is no ONNX model, or uses an opset or operator that the library does not know.</exception>
    public Session(string path, SessionOptions options)
    {
        nint native = CreateOptions(options);
        try
        {
            nint created;
            fixed (byte* utf8 = NullTerminated(path))
                Ort.Check(Ort.Api->CreateSession(Ort.Environment, utf8, native, &created));
            _session = created;
        }
        finally
        {
            Ort.Api->ReleaseSessionOptions(native);
        }

        Inputs = ReadInputs();
        Outputs = ReadOutputs();
    }

    ~Session() => Release();

    /// <summary>Version of the native library, for instance <c>1.30.0</c>.</summary>
    public static string RuntimeVersion => Ort.Version;

    public IReadOnlyList<ValueInfo> Inputs { get; }
    public IReadOnlyList<ValueInfo> Outputs { get; }

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_session == 0, this);
            return _session;
        }
    }

    /// <summary>Fixes the names of the inputs and outputs of a kind of run, so that they are not encoded again for each.</summary>
    public PreparedRun Prepare(IReadOnlyList<string> inputs, IReadOnlyList<string> outputs) => new(this, inputs, outputs);

    public OnnxModelMetadata ReadMetadata() => ModelMetadataReader.Read(Handle);

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    internal static byte[] NullTerminated(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("The text has a NUL character, which ends a text for ONNX Runtime.", nameof(text));
        var utf8 = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, utf8);
        return utf8;
    }

    private static nint CreateOptions(SessionOptions options)
    {
        const int FatalOnly = 4;
        nint native;
        Ort.Check(Ort.Api->CreateSessionOptions(&native));
        try
        {
            // Errors come back as exceptions. The library's own lines on stderr would break a log that is JSON, and may hold values of an input.
            Ort.Check(Ort.Api->SetSessionLogSeverityLevel(native, FatalOnly));
            Ort.Check(Ort.Api->SetSessionGraphOptimizationLevel(native, (int)options.GraphOptimization));
            Ort.Check(Ort.Api->SetIntraOpNumThreads(native, options.IntraOpThreads));
            Ort.Check(Ort.Api->SetInterOpNumThreads(native, options.InterOpThreads));
            foreach ((string key, string value) in options.Configuration)
            {
                fixed (byte* k = NullTerminated(key), v = NullTerminated(value))
                    Ort.Check(Ort.Api->AddSessionConfigEntry(native, k, v));
            }

            return native;
        }
        catch
        {
            Ort.Api->ReleaseSessionOptions(native);
            throw;
        }
    }

    private ValueInfo[] ReadInputs()
    {
        nuint count;
        Ort.Check(Ort.Api->SessionGetInputCount(_session, &count));
        var inputs = new ValueInfo[(int)count];
        for (nuint i = 0; i < count; i++)
        {
            byte* name;
            nint type;
            Ort.Check(Ort.Api->SessionGetInputName(_session, i, Ort.Allocator, &name));
            string text = Ort.TakeText(name);
            Ort.Check(Ort.Api->SessionGetInputTypeInfo(_session, i, &type));
            inputs[(int)i] = TypeInfos.Take(text, type);
        }

        return inputs;
    }

    private ValueInfo[] ReadOutputs()
    {
        nuint count;
        Ort.Check(Ort.Api->SessionGetOutputCount(_session, &count));
        var outputs = new ValueInfo[(int)count];
        for (nuint i = 0; i < count; i++)
        {
            byte* name;
            nint type;
            Ort.Check(Ort.Api->SessionGetOutputName(_session, i, Ort.Allocator, &name));
            string text = Ort.TakeText(name);
            Ort.Check(Ort.Api->SessionGetOutputTypeInfo(_session, i, &type));
            outputs[(int)i] = TypeInfos.Take(text, type);
        }

        return outputs;
    }

    private void Release()
    {
        nint session = Interlocked.Exchange(ref _session, 0);
        if (session != 0) Ort.Api->ReleaseSession(session);
    }
}
