namespace Canario.LocalCluster.Processes;

internal sealed record LeftoverProcess(int Id, string Program);
