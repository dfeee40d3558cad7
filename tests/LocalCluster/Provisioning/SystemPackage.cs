namespace Canario.LocalCluster.Provisioning;

/// <param name="Name">Debian's name of it.</param>
/// <param name="Probe">A file that is there when what we need of it is, whoever installed it.</param>
/// <param name="Purpose">Told to whoever is asked to install it.</param>
internal sealed record SystemPackage(string Name, string Probe, string Purpose);
