using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Models.Fetching;
using Canario.Telemetry.Logging;
using Canario.Telemetry.Metrics;

namespace Canario.InferenceServer.Batch;

/// <summary>The sub-command <c>batch</c>: the log goes to the standard error, so that the standard output holds the summary alone.</summary>
internal static class BatchProgram
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Contains("--help"))
        {
            Console.Write(CommandLine.Help(BatchOptionTable.All, "canario inference-server batch: predicts a file of rows with an ONNX model. Started again after a kill, it goes on.", "  --help"));
            return ExitCodes.Ok;
        }

        string terminationLog = new ServerOptions().TerminationLog;
        try
        {
            ServerOptions options = CommandLine.Read(BatchOptionTable.All, arguments, Environment.GetEnvironmentVariable);
            terminationLog = options.TerminationLog;
            options = options with { Batch = BatchOptionTable.Complete(options.Batch) };
            return await RunAsync(options);
        }
        catch (ConfigurationException e)
        {
            return End(terminationLog, ExitCodes.BadConfiguration, e.Message);
        }
        catch (ModelLoadException e)
        {
            return End(terminationLog, e.ExitCode, e.Message);
        }
    }

    private static async Task<int> RunAsync(ServerOptions options)
    {
        await using Stream error = Console.OpenStandardError();
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddCanarioJson(log => log.Output = error).SetMinimumLevel(options.LogLevel));
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var fetcher = new ModelFetcher(options, TimeProvider.System, loggers.CreateLogger<ModelFetcher>());
        var loader = new ModelLoader(options, fetcher, new MetricRegistry(), TimeProvider.System, loggers.CreateLogger<ModelLoader>());
        ServedModel? model = null;
        BatchJob? job = null;
        int code = ExitCodes.Ok;
        string? failure = null;
        try
        {
            model = await loader.LoadAsync(stop.Token);
            if (model.Features is null)
                throw new BatchException(ExitCodes.BadConfiguration, $"the model has no named features ({ModelFiles.Metadata} lists none), which a batch needs");
            job = new BatchJob(options, model, http, TimeProvider.System, loggers.CreateLogger<BatchJob>());
            await job.RunAsync(await FingerprintAsync(options, model, stop.Token), stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            (code, failure) = (ExitCodes.BatchTerminated, "stopped by a signal; started again, the batch goes on");
        }
        catch (BatchException e)
        {
            (code, failure) = (e.ExitCode, e.Message);
        }
        finally
        {
            job?.Dispose();
        }

        WriteSummary(options, job, failure);
        model?.Dispose();
        return failure is null ? code : End(options.TerminationLog, code, failure);

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>The model by its bytes: one that was replaced in its place would give half of the predictions.</summary>
    private static async Task<string> FingerprintAsync(ServerOptions options, ServedModel model, CancellationToken cancellation)
    {
        await using FileStream file = await ModelCache.OpenAsync(model.File, cancellation);
        string digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        string metadata = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(model.Metadata!, ContractJson.Default.ModelMetadata)));
        return $"{options.Identity.Model} {options.Identity.Revision} sha256 {digest} metadata {metadata[..16]}{(model.WeightsSha256.Length > 0 ? $" weights {model.WeightsSha256}" : "")}";
    }

    private static void WriteSummary(ServerOptions options, BatchJob? job, string? failure)
    {
        BatchCheckpoint? checkpoint = job?.Checkpoint;
        double seconds = checkpoint?.Seconds ?? 0;
        long rows = checkpoint?.Rows ?? 0;
        var summary = new BatchSummary
        {
            Complete = checkpoint?.Complete == true && failure is null,
            Model = options.Identity.Model,
            Revision = options.Identity.Revision,
            Input = BatchSource.Show(options.Batch.Input!),
            Output = options.Batch.Output,
            Errors = options.Batch.ErrorsPath,
            Rows = rows,
            Predicted = checkpoint?.Predicted ?? 0,
            Refused = rows - (checkpoint?.Predicted ?? 0),
            Seconds = Math.Round(seconds, 3),
            RowsPerSecond = seconds > 0 ? Math.Round(rows / seconds, 1) : 0,
            ResumedAtRow = job?.ResumedAtRow ?? 0,
            Error = failure,
        };
        Console.WriteLine(JsonSerializer.Serialize(summary, BatchJson.Default.BatchSummary));
    }

    private static int End(string terminationLog, int code, string reason)
    {
        Console.Error.WriteLine(reason);
        TerminationLog.Write(terminationLog, reason);
        return code;
    }
}
