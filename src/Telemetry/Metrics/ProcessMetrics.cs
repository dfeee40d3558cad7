using System.Diagnostics;

namespace Canario.Telemetry.Metrics;

/// <summary>What every process tells about itself, under the names that Prometheus' own clients use.</summary>
public static class ProcessMetrics
{
    public static void AddProcessMetrics(this MetricRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var cpu = registry.CreateObservedCounter("process_cpu_seconds_total", "User and system CPU time spent.").WithLabels();
        var resident = registry.CreateGauge("process_resident_memory_bytes", "Resident memory.").WithLabels();
        var start = registry.CreateGauge("process_start_time_seconds", "Start of the process, in seconds since the epoch.").WithLabels();
        var threads = registry.CreateGauge("dotnet_threadpool_threads", "Threads of the pool.").WithLabels();
        var heap = registry.CreateGauge("dotnet_gc_heap_bytes", "Bytes on the managed heap.").WithLabels();
        var allocated = registry.CreateObservedCounter("dotnet_gc_allocated_bytes_total", "Bytes allocated on the managed heap since the start.").WithLabels();
        var paused = registry.CreateObservedCounter("dotnet_gc_pause_seconds_total", "Time that the garbage collector stopped the process.").WithLabels();
        var collections = registry.CreateObservedCounter("dotnet_gc_collections_total", "Garbage collections.", "generation");
        GaugeChild[] byGeneration = [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(g => collections.WithLabels($"{g}"))];

        using (var self = Process.GetCurrentProcess())
            start.Set(new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1000.0);

        registry.OnCollect(() =>
        {
            if (!OperatingSystem.IsIOS() && !OperatingSystem.IsTvOS() && !OperatingSystem.IsBrowser())
                cpu.Set(Environment.CpuUsage.TotalTime.TotalSeconds);
            resident.Set(Environment.WorkingSet);
            threads.Set(ThreadPool.ThreadCount);
            heap.Set(GC.GetTotalMemory(forceFullCollection: false));
            allocated.Set(GC.GetTotalAllocatedBytes());
            paused.Set(GC.GetTotalPauseDuration().TotalSeconds);
            for (var generation = 0; generation < byGeneration.Length; generation++)
                byGeneration[generation].Set(GC.CollectionCount(generation));
        });
    }
}
