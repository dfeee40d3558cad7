using System.Collections.Concurrent;
using Canario.Contract;
using Canario.InferenceServer.Feedback;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Models;

/// <summary>A loaded model with all that is derived from it once: prepared runs, the plans of its features and outputs, spare calls.</summary>
internal sealed class ServedModel : IDisposable
{
    // One is in use for each request under way; more than this many spare ones are not worth their memory.
    private const int SpareCalls = 256;
    private const int MaximumPreparedRuns = 64;

    // A run that blocks a socket thread for longer delays the other connections of that thread more than a hand-over costs.
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(0.5);

    private readonly Session _session;
    private readonly ConcurrentBag<InferenceCall> _spare = [];

    // The bag would take all of its locks to count itself.
    private int _spares;
    private readonly ConcurrentDictionary<string, OutputSelection> _selections = new(StringComparer.Ordinal);
    private readonly OutputSelection _everything;
    private readonly HashSet<string> _sensitiveInputs;
    private long _warmUpElements = 1;

    public ServedModel(ModelIdentity identity, string file, Session session, ModelMetadata? metadata, DriftObserver drift)
    {
        _session = session;
        Identity = identity;
        File = file;
        Metadata = metadata;
        Inputs = session.Inputs;
        Outputs = MapTensors.Served(session.Outputs);
        AllOutputs = [.. Enumerable.Range(0, Outputs.Count)];
        Features = metadata is { Features.Count: > 0 } ? FeaturePlan.Build(metadata, Inputs) : null;
        Results = OutputPlan.Build(metadata, Outputs);
        Drift = drift;
        Description = metadata?.Description;
        _sensitiveInputs = [.. metadata?.Features.Where(feature => feature.Sensitive).Select(feature => feature.Tensor) ?? []];
        _everything = Prepare(AllOutputs);
    }

    public ModelIdentity Identity { get; }
    /// <summary>Path of the ONNX file on this machine.</summary>
    public string File { get; }
    public ModelMetadata? Metadata { get; }
    public string Name => Identity.Model;
    public string Revision => Identity.Revision;
    public IReadOnlyList<ValueInfo> Inputs { get; }
    public IReadOnlyList<ValueInfo> Outputs { get; }
    public int[] AllOutputs { get; }
    /// <summary>Null: the model has no named features.</summary>
    public FeaturePlan? Features { get; }
    public IReadOnlyList<OutputPlan> Results { get; }
    public DriftObserver Drift { get; }
    /// <summary>Lower-case hex digest of the ONNX file, asked for or not.</summary>
    public required string Sha256 { get; init; }
    /// <summary>Of the ONNX file with the weights that were fetched beside it; empty: none were.</summary>
    public string WeightsSha256 { get; init; } = "";
    /// <summary>Null: none is wanted.</summary>
    public ModelFeedback? Feedback { get; init; }
    public bool HasSensitiveFeatures => _sensitiveInputs.Count > 0;
    /// <summary>Of the metadata.</summary>
    public string? Description { get; }

    /// <summary>The shortest warm-up run; <see cref="TimeSpan.MaxValue"/> where none went through.</summary>
    public TimeSpan WarmUpRun { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Its share of an input element.</summary>
    public double SecondsOfElement => WarmUpRun.TotalSeconds / _warmUpElements;

    /// <summary>Whether the warm-up's run was slow by itself.</summary>
    public bool IsSlow => WarmUpRun > s_slow;

    /// <summary>Running rows of several requests together is right and pays; see <see cref="BatchProbe"/>.</summary>
    public bool Batches { get; set; }

    /// <summary>Calls that have to come together on the average, for the hand-over of each to be worth it; see <see cref="BatchProbe"/>.</summary>
    public double CallsWorthJoining { get; set; }

    /// <summary>As far as that was looked at; more are not run together.</summary>
    public int MostRowsTogether { get; set; } = 1;

    /// <summary>A row among others gives the same answer as alone; false where that was not seen.</summary>
    public bool RowsAreIndependent { get; set; }

    public ModelContract DescribeContract() => new()
    {
        Inputs = Describe(Inputs),
        Outputs = Describe(Outputs),
        Features = Metadata?.Features ?? [],
        Predictions = Metadata?.Outputs ?? [],
    };

    /// <param name="run">The shortest run.</param>
    /// <param name="elements">Input elements that it had.</param>
    public void SetWarmUp(TimeSpan run, long elements)
    {
        WarmUpRun = run;
        _warmUpElements = Math.Max(1, elements);
    }

    /// <summary>The run will take so long that it must not hold a thread of the socket loop. Larger inputs are taken to last longer in proportion.</summary>
    public bool WillBeSlow(InferenceCall call) => IsSlow || WarmUpRun * ((double)call.ElementCount / _warmUpElements) > s_slow;

    public InferenceCall Rent()
    {
        if (!_spare.TryTake(out InferenceCall? call)) return new InferenceCall(Inputs, Outputs.Count, _sensitiveInputs);
        Interlocked.Decrement(ref _spares);
        return call;
    }

    public void Return(InferenceCall call)
    {
        call.Reset();
        if (Interlocked.Increment(ref _spares) <= SpareCalls)
        {
            _spare.Add(call);
        }
        else
        {
            Interlocked.Decrement(ref _spares);
            call.Dispose();
        }
    }

    /// <summary>The run that computes these outputs, in this order.</summary>
    public OutputSelection RunOf(int[]? outputs)
    {
        if (outputs is null) return _everything;
        string key = string.Join(',', outputs);
        if (_selections.TryGetValue(key, out OutputSelection? run)) return run;
        // Orders of many outputs are many: past the bound, the runs are made for one request and left to the collector.
        return _selections.Count >= MaximumPreparedRuns ? Prepare(outputs) : _selections.GetOrAdd(key, Prepare(outputs));
    }

    public void Dispose()
    {
        while (_spare.TryTake(out InferenceCall? call)) call.Dispose();
        foreach (OutputSelection run in _selections.Values) run.Dispose();
        _everything.Dispose();
        _session.Dispose();
    }

    private static IReadOnlyList<TensorContract> Describe(IReadOnlyList<ValueInfo> tensors) =>
        [.. tensors.Select(tensor => new TensorContract(tensor.Name, Datatypes.NameOf(tensor.ElementType), tensor.Shape))];

    private OutputSelection Prepare(int[] outputs) => new(
        _session.Prepare([.. Inputs.Select(input => input.Name)], [.. outputs.Select(index => Outputs[index].Name)]),
        [.. outputs.Select(index => Outputs[index])]);
}
