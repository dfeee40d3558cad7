using System.Runtime.InteropServices;
using Canario.Contract;
using Canario.Router;
using Canario.Router.Configuration;
using Canario.Telemetry.Logging;

// Before the first socket: bytes are handled on the thread that saw them arrive. Half of a small request's CPU otherwise goes into changing threads, and nothing here
// blocks one. A setting of the caller's wins.
if (Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") is null)
    Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var options = RouterOptions.Parse(args, out string error);
if (options is null)
{
    await Console.Error.WriteLineAsync(error);
    return ExitCodes.BadConfiguration;
}
using var loggers = LoggerFactory.Create(b => b.AddCanarioJson().SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning));
var source = new DirectorySource(options.ConfigurationDirectory!, TimeProvider.System, loggers.CreateLogger<DirectorySource>());
await using var router = new RouterHost(options, source, loggers, TimeProvider.System);
var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
await router.StartAsync(CancellationToken.None);
await stop.Task;
await router.DrainAsync();
return ExitCodes.Ok;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.TrySetResult();
}
