using System.Runtime.InteropServices;

namespace Canario.TestModels;

/// <summary>Builds small ONNX files (onnx.proto, IR version 8) for tests. Element types are the numbers of TensorProto.DataType.</summary>
public sealed class OnnxGraph
{
    private readonly ProtoMessage _graph = new ProtoMessage().Text(2, "test");
    private readonly List<ProtoMessage> _metadata = [];
    private readonly Dictionary<string, List<byte>> _outside = [];
    private string[] _locations = [];
    private int _tensors;

    public OnnxGraph Input(string name, int type, params object[] shape)
    {
        _graph.Message(11, ValueInfo(name, type, shape));
        return this;
    }

    public OnnxGraph Output(string name, int type, params object[] shape)
    {
        _graph.Message(12, ValueInfo(name, type, shape));
        return this;
    }

    /// <summary>An output of type sequence(map(key, float)), as ZipMap gives it.</summary>
    public OnnxGraph OutputSequenceOfMaps(string name, int keyType)
    {
        ProtoMessage value = new ProtoMessage().Message(1, new ProtoMessage().Number(1, 1));
        ProtoMessage map = new ProtoMessage().Message(5, new ProtoMessage().Number(1, keyType).Message(2, value));
        ProtoMessage sequence = new ProtoMessage().Message(4, new ProtoMessage().Message(1, map));
        _graph.Message(12, new ProtoMessage().Text(1, name).Message(2, sequence));
        return this;
    }

    public OnnxGraph Node(string type, string[] inputs, string[] outputs, params ProtoMessage[] attributes) =>
        Node("", type, inputs, outputs, attributes);

    public OnnxGraph Node(string domain, string type, string[] inputs, string[] outputs, params ProtoMessage[] attributes)
    {
        var node = new ProtoMessage();
        foreach (string input in inputs) node.Text(1, input);
        foreach (string output in outputs) node.Text(2, output);
        node.Text(4, type).Text(7, domain);
        foreach (ProtoMessage attribute in attributes) node.Message(5, attribute);
        _graph.Message(1, node);
        return this;
    }

    public OnnxGraph Weights(string name, ReadOnlySpan<float> values, params long[] shape) =>
        Weights(name, 1, MemoryMarshal.AsBytes(values), shape);

    public OnnxGraph Weights(string name, ReadOnlySpan<double> values, params long[] shape) =>
        Weights(name, 11, MemoryMarshal.AsBytes(values), shape);

    public OnnxGraph Weights(string name, ReadOnlySpan<long> values, params long[] shape) =>
        Weights(name, 7, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Weights from here on are kept in these files, by turns.</summary>
    public OnnxGraph KeepWeightsIn(params string[] locations)
    {
        _locations = locations;
        return this;
    }

    /// <summary>The files of weights, by location.</summary>
    public Dictionary<string, byte[]> Outside() => _outside.ToDictionary(file => file.Key, file => file.Value.ToArray());

    public OnnxGraph Metadata(string key, string value)
    {
        _metadata.Add(new ProtoMessage().Text(1, key).Text(2, value));
        return this;
    }

    public byte[] Build(long opset = 17)
    {
        ProtoMessage model = new ProtoMessage()
            .Number(1, 8)
            .Text(2, "canario-tests")
            .Number(5, 3)
            .Message(7, _graph)
            .Message(8, new ProtoMessage().Text(1, "").Number(2, opset))
            .Message(8, new ProtoMessage().Text(1, "ai.onnx.ml").Number(2, 3));
        foreach (ProtoMessage entry in _metadata) model.Message(14, entry);
        return model.ToArray();
    }

    /// <summary>Says where a tensor's bytes are.</summary>
    public static ProtoMessage Outside(ProtoMessage tensor, string location, long offset, long length)
    {
        foreach ((string key, string value) in new[] { ("location", location), ("offset", $"{offset}"), ("length", $"{length}") }) tensor.Message(13, new ProtoMessage().Text(1, key).Text(2, value));
        return tensor.Number(14, 1);
    }

    public static ProtoMessage Whole(string name, long value) => new ProtoMessage().Text(1, name).Number(3, value).Number(20, 2);

    public static ProtoMessage Wholes(string name, params long[] values)
    {
        ProtoMessage attribute = new ProtoMessage().Text(1, name);
        foreach (long value in values) attribute.Number(8, value);
        return attribute.Number(20, 7);
    }

    public static ProtoMessage Texts(string name, params string[] values)
    {
        ProtoMessage attribute = new ProtoMessage().Text(1, name);
        foreach (string value in values) attribute.Text(9, value);
        return attribute.Number(20, 8);
    }

    private OnnxGraph Weights(string name, int type, ReadOnlySpan<byte> raw, long[] shape)
    {
        var tensor = new ProtoMessage();
        foreach (long dimension in shape) tensor.Number(1, dimension);
        tensor.Number(2, type).Text(8, name);
        _graph.Message(5, _locations.Length == 0 ? tensor.Bytes(9, raw) : PutOutside(tensor, raw));
        return this;
    }

    private ProtoMessage PutOutside(ProtoMessage tensor, ReadOnlySpan<byte> raw)
    {
        string location = _locations[_tensors++ % _locations.Length];
        if (!_outside.TryGetValue(location, out List<byte>? file)) _outside[location] = file = [];
        Outside(tensor, location, file.Count, raw.Length);
        file.AddRange(raw);
        return tensor;
    }

    private static ProtoMessage ValueInfo(string name, int type, object[] shape)
    {
        var dimensions = new ProtoMessage();
        foreach (object dimension in shape)
        {
            dimensions.Message(1, dimension is string symbol
                ? new ProtoMessage().Text(2, symbol)
                : new ProtoMessage().Number(1, Convert.ToInt64(dimension, System.Globalization.CultureInfo.InvariantCulture)));
        }

        ProtoMessage tensor = new ProtoMessage().Number(1, type).Message(2, dimensions);
        return new ProtoMessage().Text(1, name).Message(2, new ProtoMessage().Message(1, tensor));
    }
}
