using Canario.Operator.Crd;

if (args is ["crd"])
{
    Console.Out.Write(CrdBuilder.BuildYaml());
    return;
}

var builder = WebApplication.CreateSlimBuilder(args);
await builder.Build().RunAsync();
