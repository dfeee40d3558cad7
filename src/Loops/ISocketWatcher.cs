namespace Canario.Loops;

/// <summary>Is told what happens on a socket while nobody receives from it.</summary>
public interface ISocketWatcher
{
    /// <summary>Bytes came, the peer ended, or the receive deadline passed.</summary>
    void Disturbed();
}
