using System.Diagnostics;
using Canario.InferenceServer.Execution;
using Canario.InferenceServer.Grpc;
using Canario.InferenceServer.Json;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Tensors;

/// <summary>Everything one inference needs, kept for the next: input memory, output handles, the response's bytes.</summary>
internal sealed class InferenceCall : IDisposable
{
    private readonly OnnxValue[] _values;
    private readonly OnnxValue?[] _outputs;

    // Used again and again: of a run's rows each call has some.
    private readonly OnnxValue?[] _parts;
    private string[]?[]? _keys;
    private RunOptions? _runOptions;

    /// <param name="inputs">Of the model.</param>
    /// <param name="outputs">How many the model has.</param>
    /// <param name="sensitive">Names of inputs whose values are neither shown nor logged.</param>
    public InferenceCall(IReadOnlyList<ValueInfo> inputs, int outputs, IReadOnlySet<string> sensitive)
    {
        Inputs = [.. inputs.Select(input => new InputTensor(input) { IsSensitive = sensitive.Contains(input.Name) })];
        _values = new OnnxValue[Inputs.Length];
        _outputs = new OnnxValue?[outputs];
        _parts = new OnnxValue?[outputs];
    }

    public InputTensor[] Inputs { get; }
    public JsonOutput Json { get; } = new();
    public ProtoOutput Proto { get; } = new();
    /// <summary>Its place in a batcher's queue.</summary>
    public PendingCall Pending { get; } = new();
    public ReadOnlySpan<OnnxValue?> Outputs => _outputs;

    /// <summary>Of all inputs together.</summary>
    public long ElementCount
    {
        get
        {
            long count = 0;
            foreach (InputTensor input in Inputs) count += input.ElementCount;
            return count;
        }
    }

    /// <summary>Rows, when all inputs have as many; else 0: joined with others, theirs would shift.</summary>
    public long JoinableRows
    {
        get
        {
            long rows = Inputs[0].Rows;
            for (int i = 1; i < Inputs.Length; i++)
            {
                if (Inputs[i].Rows != rows) return 0;
            }

            return rows;
        }
    }

    /// <summary>Feature cells of [rows, features] that were not sent; empty when all were.</summary>
    public bool[] Missing { get; set; } = [];
    public int Rows { get; set; }

    /// <summary>Outputs of the last run that were asked for, in the prepared order.</summary>
    public int OutputCount { get; private set; }

    /// <param name="selection">The outputs to compute.</param>
    /// <param name="cancellation">Ends a run that is under way at its next operator.</param>
    public void Run(OutputSelection selection, CancellationToken cancellation = default)
    {
        for (int i = 0; i < Inputs.Length; i++) _values[i] = Inputs[i].ToValue();
        if (cancellation.CanBeCanceled) RunCancellable(selection.Run, cancellation);
        else selection.Run.Run(_values, _outputs);
        OutputCount = selection.Outputs.Length;
        if (!selection.HasMaps) return;
        for (int i = 0; i < OutputCount; i++)
        {
            if (selection.Outputs[i].Map is null) continue;
            using OnnxValue maps = _outputs[i]!;
            _outputs[i] = MapTensors.ToTensor(maps, selection.Outputs[i], out string[] keys);
            (_keys ??= new string[_outputs.Length][])[i] = keys;
        }
    }

    /// <summary>Class names of an output that was a map, in the order of its tensor's columns; null for other outputs.</summary>
    public string[]? KeysOf(int position) => _keys?[position];

    /// <summary>Gives it its rows of outputs that were computed together with those of other calls.</summary>
    public void SetOutputs(ReadOnlySpan<SharedTensor> outputs, int first, int count)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            Debug.Assert(_outputs[i] is null, "The last run's outputs are released before the next one.");
            _outputs[i] = _parts[i] = outputs[i].Rows(first, count, _parts[i]);
        }

        OutputCount = outputs.Length;
    }

    /// <summary>Hands the outputs over: they are not this call's any more.</summary>
    public OnnxValue[] TakeOutputs()
    {
        var taken = new OnnxValue[OutputCount];
        for (int i = 0; i < taken.Length; i++)
        {
            taken[i] = _outputs[i]!;
            _outputs[i] = null;
        }

        return taken;
    }

    private void RunCancellable(PreparedRun run, CancellationToken cancellation)
    {
        _runOptions ??= new RunOptions();
        try
        {
            // Disposing the registration waits for a callback under way, so none can end the next run.
            using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static options => ((RunOptions)options!).Terminate(), _runOptions);
            run.Run(_values, _outputs, _runOptions);
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        finally
        {
            _runOptions.Reset();
        }
    }

    public void ReleaseOutputs()
    {
        for (int i = 0; i < _outputs.Length; i++)
        {
            _outputs[i]?.Dispose();
            _outputs[i] = null;
        }

        _keys = null;
    }

    /// <summary>Makes it ready for the next request.</summary>
    public void Reset()
    {
        ReleaseOutputs();
        foreach (InputTensor input in Inputs) input.Reset();
        Missing = [];
        Rows = 0;
        OutputCount = 0;
        Json.Clear();
        Proto.Clear();
    }

    public void Dispose()
    {
        Reset();
        foreach (InputTensor input in Inputs) input.Dispose();
        _runOptions?.Dispose();
    }
}
