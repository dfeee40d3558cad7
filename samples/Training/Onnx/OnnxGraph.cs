using System.Buffers.Binary;

namespace Canario.Training.Onnx;

/// <summary>Builds a ModelProto: opset 17, IR version 8, which ONNX Runtime 1.12 and later load. Every tensor's first dimension is the batch, <c>N</c>.</summary>
internal sealed class OnnxGraph(string name, long modelVersion)
{
    private const long IrVersion = 8;
    private const long Opset = 17;
    private const long AttributeTypeInt = 2;

    private readonly ProtoWriter graph = new();
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    public string Input(string value, ElementType type, int columns) => Declare(Field.GraphInput, value, type, columns);

    public void Output(string value, ElementType type, int columns) => Declare(Field.GraphOutput, value, type, columns);

    public string Constant(string value, ReadOnlySpan<double> data, params ReadOnlySpan<long> shape)
    {
        var bytes = new byte[data.Length * 4];
        for (var i = 0; i < data.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), (float)data[i]);
        return Initializer(value, ElementType.Float, bytes, data.Length, shape);
    }

    /// <summary>A scalar index.</summary>
    public string Index(string value, long index)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, index);
        return Initializer(value, ElementType.Int64, bytes, 1, []);
    }

    public string Node(string operation, string output, string[] inputs, params (string Name, long Value)[] attributes)
    {
        if (!names.Add(output))
            throw new ArgumentException($"the graph has a value named {output} already", nameof(output));
        var node = new ProtoWriter();
        foreach (var input in inputs)
        {
            if (!names.Contains(input))
                throw new ArgumentException($"{operation} reads {input}, which nothing before it makes", nameof(inputs));
            node.Text(Field.NodeInput, input);
        }
        node.Text(Field.NodeOutput, output).Text(Field.NodeName, $"make_{output}").Text(Field.NodeOpType, operation);
        foreach (var (attribute, value) in attributes)
        {
            node.Message(Field.NodeAttribute, new ProtoWriter()
                .Text(Field.AttributeName, attribute)
                .Int(Field.AttributeInt, value)
                .Int(Field.AttributeType, AttributeTypeInt));
        }
        graph.Message(Field.GraphNode, node);
        return output;
    }

    public byte[] ToModel()
    {
        graph.Text(Field.GraphName, name);
        return new ProtoWriter()
            .Int(Field.ModelIrVersion, IrVersion)
            .Text(Field.ModelProducerName, "canario-samples")
            .Text(Field.ModelProducerVersion, "1")
            .Int(Field.ModelVersion, modelVersion)
            .Message(Field.ModelGraph, graph)
            .Message(Field.ModelOpsetImport, new ProtoWriter().Int(Field.OpsetVersion, Opset))
            .ToArray();
    }

    private string Initializer(string value, ElementType type, byte[] bytes, int count, ReadOnlySpan<long> shape)
    {
        long product = 1;
        foreach (var dimension in shape)
            product *= dimension;
        if (product != count)
            throw new ArgumentException($"{value} has {count} elements, its shape says {product}", nameof(shape));
        names.Add(value);
        graph.Message(Field.GraphInitializer, new ProtoWriter()
            .Packed(Field.TensorDims, shape.ToArray())
            .Int(Field.TensorDataType, (long)type)
            .Text(Field.TensorName, value)
            .Bytes(Field.TensorRawData, bytes));
        return value;
    }

    private string Declare(int field, string value, ElementType type, int columns)
    {
        names.Add(value);
        var shape = new ProtoWriter()
            .Message(Field.ShapeDim, new ProtoWriter().Text(Field.DimParam, "N"))
            .Message(Field.ShapeDim, new ProtoWriter().Int(Field.DimValue, columns));
        var tensor = new ProtoWriter().Int(Field.TensorTypeElement, (long)type).Message(Field.TensorTypeShape, shape);
        graph.Message(field, new ProtoWriter()
            .Text(Field.ValueName, value)
            .Message(Field.ValueType, new ProtoWriter().Message(Field.TypeTensor, tensor)));
        return value;
    }
}
