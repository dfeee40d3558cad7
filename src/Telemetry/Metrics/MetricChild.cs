namespace Canario.Telemetry.Metrics;

/// <summary>One series, or one histogram's series.</summary>
public abstract class MetricChild
{
    private protected MetricChild()
    {
    }

    internal abstract void Write(ref TextFormatWriter writer);
}
