namespace Canario.Rollouts;

/// <summary>What came of measuring for one gate: values, nothing there, or an error. Three different things.</summary>
public abstract record Measurement
{
    private protected Measurement()
    {
    }
}
