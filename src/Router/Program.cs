using System.Runtime.InteropServices;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Configuration;
using Canario.Router;
using Canario.Router.Configuration;
using Canario.Telemetry.Logging;

// Before the first socket, for HTTP/2: bytes are handled on the thread that saw them arrive. Half of a small request's CPU otherwise goes into changing threads, and
// nothing here blocks one. A setting of the caller's wins.
if (Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") is null)
    Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var options = RouterOptions.Parse(args, out string error);
if (options is null)
{
    await Console.Error.WriteLineAsync(error);
    return ExitCodes.BadConfiguration;
}
using var loggers = LoggerFactory.Create(b => b.AddCanarioJson().SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning));
KubernetesClient? client = null;
if (options.ConfigurationDirectory is null)
{
    try
    {
        client = new KubernetesClient(ClusterAccessLoader.Load(), new KubernetesClientOptions { UserAgent = "canario-router" });
    }
    catch (ConfigurationException e)
    {
        await Console.Error.WriteLineAsync("no cluster to read the configuration from, and no --config-directory: " + e.Message);
        return ExitCodes.BadConfiguration;
    }
}
using var owned = client;
IRouterSource source = client is null
    ? new DirectorySource(options.ConfigurationDirectory!, TimeProvider.System, loggers.CreateLogger<DirectorySource>())
    : new KubernetesSource(client, client.Access.Namespace, TimeProvider.System, loggers.CreateLogger<KubernetesSource>());
await using var router = new RouterHost(options, source, loggers, TimeProvider.System);
var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    await router.StartAsync(CancellationToken.None);
}
catch (IOException e)
{
    await Console.Error.WriteLineAsync($"port {options.AdminPort} of {options.Address} cannot be listened on: {e.Message}");
    return ExitCodes.BadConfiguration;
}
await stop.Task;
await router.DrainAsync();
return ExitCodes.Ok;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.TrySetResult();
}
