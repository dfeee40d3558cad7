using Canario.Contract;
using Canario.InferenceServer;
using Canario.InferenceServer.Batch;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Lifecycle;

const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

if (args is ["batch", .. var rest]) return await BatchProgram.RunAsync(rest);

// Before the first socket: a request is read and answered on the thread that saw it arrive. Half of a small model's CPU a request otherwise goes into changing threads;
// what takes long leaves that thread (SocketThread, Executor). A setting of the caller's wins.
if (Environment.GetEnvironmentVariable(InlineCompletions) is null) Environment.SetEnvironmentVariable(InlineCompletions, "1");

if (args.Contains("--help"))
{
    Console.Write(CommandLine.Help());
    return ExitCodes.Ok;
}

if (args.Contains("--version"))
{
    Console.WriteLine(InferenceApplication.Version);
    return ExitCodes.Ok;
}

string terminationLog = new ServerOptions().TerminationLog;
try
{
    ServerOptions options = CommandLine.Read(args, Environment.GetEnvironmentVariable);
    terminationLog = options.TerminationLog;
    await using WebApplication app = InferenceApplication.Build(options);
    // Taken before: RunAsync disposes the services when it ends.
    ServerState state = app.Services.GetRequiredService<ServerState>();
    await app.RunAsync();
    return state.ExitCode;
}
catch (Exception e) when (e is ConfigurationException or IOException)
{
    // IOException: the port is taken, or the address is not this machine's.
    Console.Error.WriteLine(e.Message);
    TerminationLog.Write(terminationLog, e.Message);
    return ExitCodes.BadConfiguration;
}
