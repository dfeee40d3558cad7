using Canario.Contract;
using Canario.InferenceServer;
using Canario.InferenceServer.Batch;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Lifecycle;

if (args is ["batch", .. var rest]) return await BatchProgram.RunAsync(rest);

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
