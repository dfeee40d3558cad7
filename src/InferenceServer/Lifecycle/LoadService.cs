using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Models;

namespace Canario.InferenceServer.Lifecycle;

/// <summary>Loads the model while the probes are already answered; ends the process when it cannot be served.</summary>
internal sealed partial class LoadService(
    ServerOptions options, ServerState state, ModelLoader loader, IHostApplicationLifetime lifetime, ILogger<LoadService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // A failure found while the host is still starting would cancel the start, and the exit code would be lost.
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using CancellationTokenRegistration registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(stoppingToken);
            state.Serve(await loader.LoadAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        catch (ModelLoadException e)
        {
            await EndAsync(e.ExitCode, e.Message, stoppingToken);
        }
        catch (Exception e)
        {
            await EndAsync(ExitCodes.ModelLoadFailed, $"{e.GetType().Name}: {e.Message}", stoppingToken);
        }
    }

    private async Task EndAsync(int exitCode, string reason, CancellationToken stopping)
    {
        Log.Failed(logger, exitCode, reason);
        TerminationLog.Write(options.TerminationLog, reason);
        state.Fail(exitCode, reason);
        // A model that answers otherwise than it should is looked into: for a while /health says how.
        if (exitCode == ExitCodes.WarmUpFailed) await Task.Delay(options.GoldenFailureShown, stopping).ContinueWith(static _ => { }, TaskScheduler.Default);
        lifetime.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Critical, "The model cannot be served (exit code {ExitCode}): {Reason}")]
        public static partial void Failed(ILogger logger, int exitCode, string reason);
    }
}
