using Canario.Operator.Metrics.Direct;

namespace Canario.Operator.Metrics.Drift;

/// <summary>
/// What a revision's pods have counted in the last window, merged over pods and kept in twelfths of the window: a thousand watched models take some ten megabytes, however often one looks. After a
/// restart of the operator it is gathered anew, which costs the watch time; what it has confirmed stands in status.
/// </summary>
/// <param name="since">When the first look began.</param>
sealed class SeenCounts(string revision, DateTimeOffset since)
{
    private const int Slots = 12;

    /// <summary>100 features and outputs of some 20 bins, and room; more is not taken in.</summary>
    private const int MostBins = 10_000;

    private readonly Dictionary<DriftBin, int> _bins = [];
    private readonly Dictionary<int, long> _baseline = [];
    private readonly Dictionary<string, double[]> _pods = new(StringComparer.Ordinal);
    private readonly LinkedList<Slot> _slots = new();

    public string Revision => revision;

    public void Add(ScrapeTarget pod, IEnumerable<ScrapedSeries> lines, TimeSpan window, DateTimeOffset now)
    {
        var slot = Current(window, now);
        // Counts of a pod that is older than the watch are nobody's; those of a younger one began at 0.
        var known = _pods.TryGetValue(pod.Pod, out var raw);
        var counts = known || pod.Born >= since;
        raw ??= new double[_bins.Count];
        foreach (var line in lines)
        {
            if (DriftBin.Of(line.Name, label => Find(line, label), out var isBaseline) is not { } bin || !double.IsFinite(line.Value) || line.Value < 0 || IndexOf(bin) is not { } index)
                continue;
            if (isBaseline)
            {
                _baseline[index] = (long)Math.Round(line.Value);
                continue;
            }

            Grow(ref raw, index);
            if (counts)
            {
                Grow(ref slot.Counts, index);
                // A counter that fell was restarted: all that it has now is new.
                slot.Counts[index] += line.Value < raw[index] ? line.Value : line.Value - raw[index];
            }

            raw[index] = line.Value;
        }

        _pods[pod.Pod] = raw;
    }

    /// <summary>Forgets what is over.</summary>
    public void Keep(IReadOnlyCollection<string> pods, TimeSpan window, DateTimeOffset now)
    {
        foreach (var gone in _pods.Keys.Except(pods).ToList())
            _pods.Remove(gone);
        while (_slots.First is { Value: var oldest } && oldest.Start + window / Slots <= now - window)
            _slots.RemoveFirst();
    }

    public DriftReading Read()
    {
        var sums = new double[_bins.Count];
        foreach (var slot in _slots)
        {
            for (var i = 0; i < slot.Counts.Length; i++)
                sums[i] += slot.Counts[i];
        }

        return DriftReading.Build(
            revision,
            _bins.Select(bin => KeyValuePair.Create(bin.Key, (long)Math.Round(sums[bin.Value]))),
            _bins.Where(bin => _baseline.ContainsKey(bin.Value)).Select(bin => KeyValuePair.Create(bin.Key, _baseline[bin.Value])));
    }

    private Slot Current(TimeSpan window, DateTimeOffset now)
    {
        if (_slots.Last is not { Value: var last } || now - last.Start >= window / Slots)
            last = _slots.AddLast(new Slot(now)).Value;
        return last;
    }

    private int? IndexOf(DriftBin bin)
    {
        if (_bins.TryGetValue(bin, out var index))
            return index;
        if (_bins.Count >= MostBins)
            return null;
        _bins.Add(bin, _bins.Count);
        return _bins.Count - 1;
    }

    private void Grow(ref double[] values, int index)
    {
        if (index >= values.Length)
            Array.Resize(ref values, Math.Max(_bins.Count, index + 1));
    }

    private static string Find(ScrapedSeries line, string label)
    {
        foreach (var (name, value) in line.Labels)
        {
            if (name == label)
                return value;
        }

        return "";
    }

    private sealed class Slot(DateTimeOffset start)
    {
        public double[] Counts = [];

        public DateTimeOffset Start => start;
    }
}
