using Canario.OnnxRuntime.Native;

namespace Canario.OnnxRuntime;

/// <summary>A handle by which another thread ends a run that is under way.</summary>
public sealed unsafe class RunOptions : IDisposable
{
    private nint _options;

    public RunOptions()
    {
        nint created;
        Ort.Check(Ort.Api->CreateRunOptions(&created));
        _options = created;
    }

    ~RunOptions() => Release();

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_options == 0, this);
            return _options;
        }
    }

    /// <summary>Runs that use this object fail at their next operator, until <see cref="Reset"/>.</summary>
    public void Terminate() => Ort.Check(Ort.Api->RunOptionsSetTerminate(Handle));

    public void Reset() => Ort.Check(Ort.Api->RunOptionsUnsetTerminate(Handle));

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        nint options = Interlocked.Exchange(ref _options, 0);
        if (options != 0) Ort.Api->ReleaseRunOptions(options);
    }
}
