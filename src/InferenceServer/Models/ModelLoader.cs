using System.Text.Json;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Feedback;
using Canario.InferenceServer.Models.Fetching;
using Canario.InferenceServer.Models.Sources;
using Canario.InferenceServer.Models.Weights;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;
using Canario.Telemetry.Metrics;

namespace Canario.InferenceServer.Models;

/// <summary>Fetches a model with the files beside it, loads and warms it.</summary>
internal sealed partial class ModelLoader(ServerOptions options, ModelFetcher fetcher, MetricRegistry registry, TimeProvider time, ILogger<ModelLoader> logger)
{
    // The files beside a model are lists of numbers and names; larger ones are a mistake.
    private const long MaximumSideFileBytes = 16 << 20;

    private readonly WeightFetcher _weights = new(options, fetcher);

    /// <exception cref="ModelLoadException">With the exit code and a message for people.</exception>
    public async Task<ServedModel> LoadAsync(CancellationToken cancellation)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timed.CancelAfter(options.FetchTimeout);
        try
        {
            ModelPlace place = await fetcher.OpenAsync(options.ModelUri!, timed.Token);
            SourceFile file = place(ModelFiles.Model)!;
            string path = (await fetcher.FetchAsync(file, options.ModelSha256, new SizeLimit(options.MaximumModelBytes), optional: false, timed.Token))!;
            // Whoever named a digest had it checked; a large file is not read again for it.
            string digest = options.ModelSha256.Length > 0 ? options.ModelSha256 : file.Sha256.Length > 0 ? file.Sha256 : await ModelCache.HashAsync(path, timed.Token);
            (path, string weights) = await _weights.FetchAsync(place, file, path, digest, timed.Token);
            ModelMetadata? metadata = await ReadAsync(place, path, ModelFiles.Metadata, options.MetadataSha256, ContractJson.Default.ModelMetadata, timed.Token);
            ModelBaseline? baseline = await ReadAsync(place, path, ModelFiles.Baseline, options.BaselineSha256, ContractJson.Default.ModelBaseline, timed.Token);
            ModelGolden? golden = await ReadAsync(place, path, ModelFiles.Golden, options.GoldenSha256, ContractJson.Default.ModelGolden, timed.Token);
            // Loading is CPU work for as long as the model is large: not on a thread that the caller may need.
            return await Task.Run(() => Load(file.Shown, path, digest, weights, metadata, baseline, golden), cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"the model was not fetched within {options.FetchTimeout.TotalSeconds} s");
        }
    }

    private ServedModel Load(string shown, string path, string digest, string weights, ModelMetadata? metadata, ModelBaseline? baseline, ModelGolden? golden)
    {
        Session session = Open(shown, path);
        try
        {
            foreach (ValueInfo input in session.Inputs)
            {
                if (input.Kind != ValueKind.Tensor || !Datatypes.IsServed(input.ElementType))
                    throw new ModelLoadException(ExitCodes.ModelLoadFailed, $"input '{input.Name}' is a {input.Kind} of {input.ElementType}: only tensors of numbers, booleans and strings can be sent");
            }

            FeaturePlan? plan = metadata is { Features.Count: > 0 } ? FeaturePlan.Build(metadata, session.Inputs) : null;
            IReadOnlyList<ValueInfo> outputs = MapTensors.Served(session.Outputs);
            if (outputs.Count == 0) throw new ModelLoadException(ExitCodes.ModelLoadFailed, "the model has no output that is a tensor");
            IReadOnlyList<OutputPlan> results = OutputPlan.Build(metadata, outputs);
            if (DriftObserver.FindStrangers(baseline, plan, results) is { Length: > 0 } strangers) Log.Strangers(logger, TensorNames.List(strangers));
            DriftObserver drift = DriftObserver.Build(options.Identity, baseline, plan, results, registry);
            var model = new ServedModel(options.Identity, path, session, metadata, drift)
            {
                Sha256 = digest,
                WeightsSha256 = weights,
                Feedback = ModelFeedback.Build(options, results, registry, time),
            };
            TimeSpan run = WarmUp.Run(model);
            CodecWarmUp.Run(model, options.Limits);
            double gain = BatchProbe.Run(model, options.BatchRows);
            model.Batches = options.BatchRows > 1 && gain > 0;
            if (golden is not null) GoldenCheck.Require(model, golden, options.Limits);
            registry.CreateGauge(MetricNames.InferenceModel, "The model's digest; always 1.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, "sha256")
                .WithLabels(options.Identity.Namespace, options.Identity.Model, options.Identity.Revision, digest).Set(1);
            Log.Loaded(logger, options.Identity.Model, options.Identity.Revision, digest, Session.RuntimeVersion, Math.Round(run.TotalMicroseconds, 1), model.IsSlow, model.Batches, Math.Round(gain, 1));
            return model;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private Session Open(string shown, string path)
    {
        try
        {
            return new Session(path, new OnnxRuntime.SessionOptions { IntraOpThreads = options.Threads });
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelLoadException(ExitCodes.ModelLoadFailed, NotAModel.Explain(shown, path, e));
        }
    }

    private async Task<T?> ReadAsync<T>(ModelPlace place, string modelPath, string name, string sha256, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        // A digest says that the file exists.
        bool optional = sha256.Length == 0;
        if (place(name) is not { } file) return optional ? null : throw new ModelLoadException(ExitCodes.ModelUnavailable, $"there is no {name} beside the model; one with sha256 {sha256} was asked for");
        string? path = await fetcher.FetchAsync(file, sha256, new SizeLimit(MaximumSideFileBytes), optional, cancellation);
        if (path is null) return null;
        try
        {
            await using FileStream content = await ModelCache.OpenAsync(path, cancellation);
            return await JsonSerializer.DeserializeAsync(content, type, cancellation)
                ?? throw new ModelLoadException(ExitCodes.ModelLoadFailed, $"{name} is null");
        }
        catch (JsonException e)
        {
            // A site that answers everything with a page of its own has no model either.
            throw new ModelLoadException(ExitCodes.ModelLoadFailed, NotAModel.Explain(place(ModelFiles.Model)!.Shown, modelPath) ?? $"{name} is malformed: {e.Message}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(11, LogLevel.Warning, "The baseline knows {Names}, which metadata.json does not: no drift is watched for them")]
        public static partial void Strangers(ILogger logger, string names);

        [LoggerMessage(10, LogLevel.Information, "Model {Model} {Revision} is ready (sha256 {Sha256}, ONNX Runtime {Runtime}, {RunMicroseconds} us a run, off the socket loop: {IsSlow}, batches: {Batches}, gain of a batch: {BatchGain})")]
        public static partial void Loaded(ILogger logger, string model, string revision, string sha256, string runtime, double runMicroseconds, bool isSlow, bool batches, double batchGain);
    }
}
