namespace Canario.InferenceServer.Feedback;

/// <summary>The last predictions by request id and row: as many as fit, each for as long as the window. What is kept is the prediction alone.</summary>
internal sealed class PredictionWindow(int capacity, TimeSpan age, TimeProvider time)
{
    private const int FirstEntries = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Id, int Row), int> _places = [];
    private Entry[] _entries = new Entry[Math.Min(FirstEntries, capacity)];
    // Of all predictions; the place of one is its number modulo the capacity.
    private long _count;

    /// <summary>A later prediction of the same id takes the place of an earlier one: clients repeat requests.</summary>
    public void Add(string id, int row, GivenPrediction prediction)
    {
        long now = time.GetTimestamp();
        lock (_lock)
        {
            int place = (int)(_count % capacity);
            if (place == _entries.Length) Array.Resize(ref _entries, (int)Math.Min(capacity, _entries.Length * 2L));
            ref Entry entry = ref _entries[place];
            // The entry that goes may have been overtaken by a later one of its id.
            if (entry.Id is { } old && _places.TryGetValue((old, entry.Row), out int current) && current == place) _places.Remove((old, entry.Row));
            entry = new Entry(id, row, prediction, now);
            _places[(id, row)] = place;
            _count++;
        }
    }

    /// <summary>The prediction that feedback is about, before it is taken.</summary>
    public FeedbackOutcome Find(string id, int row, out GivenPrediction prediction)
    {
        lock (_lock) return Find(id, row, out prediction, out _);
    }

    /// <summary>Takes it: the next time it is a duplicate.</summary>
    public FeedbackOutcome Take(string id, int row, out GivenPrediction prediction)
    {
        lock (_lock)
        {
            FeedbackOutcome outcome = Find(id, row, out prediction, out int place);
            if (outcome == FeedbackOutcome.Matched) _entries[place].Taken = true;
            return outcome;
        }
    }

    private FeedbackOutcome Find(string id, int row, out GivenPrediction prediction, out int place)
    {
        prediction = default;
        if (!_places.TryGetValue((id, row), out place)) return FeedbackOutcome.Unknown;
        ref Entry entry = ref _entries[place];
        if (entry.Taken) return FeedbackOutcome.Duplicate;
        if (time.GetElapsedTime(entry.At) > age) return FeedbackOutcome.Late;
        prediction = entry.Prediction;
        return FeedbackOutcome.Matched;
    }

    private struct Entry(string id, int row, GivenPrediction prediction, long at)
    {
        public readonly string? Id = id;
        public readonly int Row = row;
        public readonly GivenPrediction Prediction = prediction;
        public readonly long At = at;
        public bool Taken;
    }
}
