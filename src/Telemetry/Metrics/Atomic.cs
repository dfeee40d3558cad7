namespace Canario.Telemetry.Metrics;

internal static class Atomic
{
    public static void Add(ref double target, double difference)
    {
        var seen = Volatile.Read(ref target);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref target, seen + difference, seen);
            // Bits, not ==: a NaN differs from itself and would spin for ever.
            if (BitConverter.DoubleToInt64Bits(before) == BitConverter.DoubleToInt64Bits(seen))
                return;
            seen = before;
        }
    }
}
