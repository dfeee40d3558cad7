using System.Collections;

namespace Canario.Rollouts;

/// <summary>A list that is equal to a list of equal elements, so that records that hold lists compare by value: "decide again changes nothing" and "skip the equal status write" rest on it.</summary>
sealed class Sequence<T> : IReadOnlyList<T>
{
    public static readonly Sequence<T> Empty = new([]);

    readonly T[] items;

    Sequence(T[] items) => this.items = items;

    public int Count => items.Length;

    public T this[int index] => items[index];

    public static Sequence<T> From(IReadOnlyList<T>? list) => list switch
    {
        Sequence<T> same => same,
        null or { Count: 0 } => Empty,
        _ => new Sequence<T>([.. list]),
    };

    public override bool Equals(object? obj) =>
        obj is Sequence<T> other && items.AsSpan().SequenceEqual(other.items, EqualityComparer<T>.Default);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();
}
