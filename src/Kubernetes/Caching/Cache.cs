using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Caching;

/// <summary>The newest known state of all objects of a kind that a <see cref="Reflector{T}"/> follows. Safe for concurrent use. Its objects are shared: never change one.</summary>
public sealed class Cache<T> where T : class, IKubernetesObject
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, T> _objects = [];
    private readonly Dictionary<string, Index> _indexes = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<CacheChange<T>>[] _handlers = [];

    public Cache(params IEnumerable<CacheIndex<T>> indexes)
    {
        foreach (var index in indexes)
        {
            if (!_indexes.TryAdd(index.Name, new Index(index.ValuesOf)))
            {
                throw new ArgumentException($"Two indexes have the name '{index.Name}'.", nameof(indexes));
            }
        }
    }

    /// <summary>True once the first list is in.</summary>
    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _objects.Count;
            }
        }
    }

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    public T? Get(string? ns, string name) => Get(new ObjectKey(ns ?? "", name));

    public T? Get(ObjectKey key)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    public IReadOnlyList<T> List()
    {
        lock (_lock)
        {
            return [.. _objects.Values];
        }
    }

    /// <summary>Objects with that value in the index, in no order.</summary>
    public IReadOnlyList<T> ByIndex(string index, string value)
    {
        lock (_lock)
        {
            var found = _indexes.TryGetValue(index, out var known)
                ? known.Objects
                : throw new ArgumentException($"There is no index '{index}'; there are: {string.Join(", ", _indexes.Keys)}.", nameof(index));
            return found.TryGetValue(value, out var objects) ? [.. objects.Values] : [];
        }
    }

    /// <summary>Calls a handler after each change, one change at a time, from the reflector's task: a handler that takes long delays the watch. Subscribe before the reflector runs; objects that are there already are not replayed.</summary>
    public void Subscribe(Action<CacheChange<T>> handler)
    {
        lock (_lock)
        {
            _handlers = [.. _handlers, handler];
        }
    }

    /// <summary>Nothing of what was followed is there any more, such as when its kind is not served any longer.</summary>
    public void Clear()
    {
        foreach (var value in List())
        {
            Remove(value);
        }
    }

    /// <summary>Takes one object in. An object whose resource version is known already is no change.</summary>
    internal void Upsert(T value)
    {
        T? old;
        var key = ObjectKey.Of(value);
        lock (_lock)
        {
            old = _objects.GetValueOrDefault(key);
            if (old is not null && IsSame(old, value))
            {
                return;
            }
            Store(key, old, value);
        }
        Raise(old, value);
    }

    internal void Remove(T value)
    {
        var key = ObjectKey.Of(value);
        T? old;
        lock (_lock)
        {
            if (!_objects.Remove(key, out old))
            {
                return;
            }
            Unindex(key, old);
        }
        Raise(old, null);
    }

    /// <summary>Takes a whole list in; what is not in it is gone.</summary>
    internal void Replace(IReadOnlyCollection<T> values)
    {
        var listed = values.Select(ObjectKey.Of).ToHashSet();
        foreach (var gone in List().Where(value => !listed.Contains(ObjectKey.Of(value))))
        {
            Remove(gone);
        }
        foreach (var value in values)
        {
            Upsert(value);
        }
        _synced.TrySetResult();
    }

    private static bool IsSame(T old, T value) =>
        old.Metadata.ResourceVersion is { } version && version == value.Metadata.ResourceVersion && old.Metadata.Uid == value.Metadata.Uid;

    private void Store(ObjectKey key, T? old, T value)
    {
        if (old is not null)
        {
            Unindex(key, old);
        }
        _objects[key] = value;
        foreach (var index in _indexes.Values)
        {
            foreach (var text in index.ValuesOf(value))
            {
                if (!index.Objects.TryGetValue(text, out var objects))
                {
                    index.Objects[text] = objects = [];
                }
                objects[key] = value;
            }
        }
    }

    private void Unindex(ObjectKey key, T old)
    {
        foreach (var index in _indexes.Values)
        {
            foreach (var text in index.ValuesOf(old))
            {
                if (index.Objects.TryGetValue(text, out var objects) && objects.Remove(key) && objects.Count == 0)
                {
                    index.Objects.Remove(text);
                }
            }
        }
    }

    private void Raise(T? old, T? value)
    {
        foreach (var handler in _handlers)
        {
            handler(new CacheChange<T>(old, value));
        }
    }

    private sealed class Index(Func<T, IEnumerable<string>> valuesOf)
    {
        public Func<T, IEnumerable<string>> ValuesOf { get; } = valuesOf;

        public Dictionary<string, Dictionary<ObjectKey, T>> Objects { get; } = new(StringComparer.Ordinal);
    }
}
