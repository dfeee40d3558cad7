using System.Runtime.InteropServices;
using System.Text;
using Canario.OnnxRuntime.Native;

namespace Canario.OnnxRuntime;

/// <summary>A run with fixed input and output names. Safe to use from many threads at once.</summary>
public sealed unsafe class PreparedRun : IDisposable
{
    // Above this many tensors the handles go to the heap instead of the stack.
    private const int StackHandles = 64;

    private readonly Session _session;
    private readonly int _inputs;
    private readonly int _outputs;
    private byte** _names;

    internal PreparedRun(Session session, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs)
    {
        _session = session;
        _inputs = inputs.Count;
        _outputs = outputs.Count;
        _names = EncodeNames([.. inputs, .. outputs]);
    }

    ~PreparedRun() => Release();

    public int OutputCount => _outputs;

    /// <summary>Runs the model on the calling thread. The caller disposes the outputs.</summary>
    /// <param name="inputs">In the order of the prepared input names.</param>
    /// <param name="outputs">Filled in the order of the prepared output names.</param>
    /// <param name="options">Lets another thread end the run.</param>
    /// <exception cref="OnnxRuntimeException">The model failed on these inputs; <paramref name="outputs"/> is untouched.</exception>
    public void Run(ReadOnlySpan<OnnxValue> inputs, Span<OnnxValue?> outputs, RunOptions? options = null)
    {
        if (inputs.Length != _inputs) throw new ArgumentException($"{inputs.Length} inputs given, {_inputs} prepared.", nameof(inputs));
        if (outputs.Length < _outputs) throw new ArgumentException($"Room for {outputs.Length} outputs, {_outputs} prepared.", nameof(outputs));
        ObjectDisposedException.ThrowIf(_names is null, this);

        Span<nint> given = _inputs <= StackHandles ? stackalloc nint[_inputs] : new nint[_inputs];
        Span<nint> made = _outputs <= StackHandles ? stackalloc nint[_outputs] : new nint[_outputs];
        made.Clear();
        for (int i = 0; i < given.Length; i++) given[i] = inputs[i].Handle;
        fixed (nint* givenHandles = given, madeHandles = made)
        {
            Ort.Check(Ort.Api->Run(
                _session.Handle,
                options?.Handle ?? 0,
                _names,
                givenHandles,
                (nuint)_inputs,
                _names + _inputs,
                (nuint)_outputs,
                madeHandles));
        }

        // The library saw only addresses: the objects behind them must outlive the call.
        foreach (OnnxValue input in inputs) GC.KeepAlive(input);
        GC.KeepAlive(options);
        GC.KeepAlive(this);
        for (int i = 0; i < made.Length; i++) outputs[i] = new OnnxValue(made[i]);
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>One block: the table of pointers, then the texts that it points to.</summary>
    private static byte** EncodeNames(string[] names)
    {
        int texts = names.Sum(name => Encoding.UTF8.GetByteCount(name) + 1);
        int table = names.Length * sizeof(byte*);
        var block = (byte*)NativeMemory.AllocZeroed((nuint)(table + texts));
        byte* next = block + table;
        for (int i = 0; i < names.Length; i++)
        {
            ((byte**)block)[i] = next;
            next += Encoding.UTF8.GetBytes(names[i], new Span<byte>(next, texts)) + 1;
        }

        return (byte**)block;
    }

    private void Release()
    {
        NativeMemory.Free(_names);
        _names = null;
    }
}
