using Canario.LocalCluster;

return await CommandLine.Build().Parse(args).InvokeAsync();
