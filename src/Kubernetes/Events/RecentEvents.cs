namespace Canario.Kubernetes.Events;

/// <summary>A dictionary that forgets what was used longest ago.</summary>
internal sealed class RecentEvents<TValue>(int capacity)
{
    private readonly Dictionary<EventKey, LinkedListNode<(EventKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(EventKey Key, TValue Value)> _order = new();

    public int Count => _nodes.Count;

    public TValue? Find(EventKey key)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            return default;
        }
        _order.Remove(node);
        _order.AddFirst(node);
        return node.Value.Value;
    }

    public void Set(EventKey key, TValue value)
    {
        if (_nodes.Remove(key, out var known))
        {
            _order.Remove(known);
        }
        _nodes[key] = _order.AddFirst((key, value));
        if (_nodes.Count > capacity)
        {
            _nodes.Remove(_order.Last!.Value.Key);
            _order.RemoveLast();
        }
    }
}
