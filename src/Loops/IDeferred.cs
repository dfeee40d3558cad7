namespace Canario.Loops;

/// <summary>What an <see cref="EventLoop"/> goes on with after the events that it woke for.</summary>
public interface IDeferred
{
    /// <summary>On the loop's thread. What throws is logged, and disposed of if it can be.</summary>
    void Resume();
}
