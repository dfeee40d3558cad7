namespace Canario.LocalCluster.Security;

internal sealed record PemPair(string Certificate, string Key)
{
    public void Write(string directory, string name)
    {
        SecretFile.Write(Path.Combine(directory, name + ".crt"), Certificate);
        SecretFile.Write(Path.Combine(directory, name + ".key"), Key);
    }
}
