namespace Canario.Loops;

/// <summary>A descriptor of one <see cref="EventLoop"/>, which calls all of this on its thread.</summary>
public abstract class Watched : IDeferred, IDisposable
{
    internal int Serial { get; set; }

    /// <summary>Closes the descriptor.</summary>
    public abstract void Dispose();

    /// <summary>What it was deferred for, if that still waits.</summary>
    public abstract void Resume();

    /// <param name="events">Of <see cref="PollEvents"/>.</param>
    protected internal abstract void Handle(uint events);

    /// <summary>Whether a deadline has passed.</summary>
    /// <param name="now">Timestamp.</param>
    protected internal abstract bool IsPast(long now);

    /// <summary>A deadline has passed.</summary>
    protected internal abstract void Expire();
}
