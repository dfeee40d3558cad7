using Canario.Kubernetes.Configuration;
using Canario.Operator.Crd;
using Canario.Operator.Hosting;

if (args is ["crd"])
{
    Console.Write(CrdBuilder.BuildYaml());
    return 0;
}

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.Write(CommandLine.Help());
    return 0;
}

try
{
    return await OperatorHost.RunAsync(CommandLine.Parse(args, Environment.GetEnvironmentVariable));
}
catch (Exception e) when (e is FormatException or ConfigurationException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
