using Canario.Contract;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.InferenceServer.V2;

namespace Canario.InferenceServer.Grpc;

/// <summary>Reads a ModelInferRequest (open_inference_grpc.proto) straight into tensor memory.</summary>
internal static class GrpcInferParser
{
    private const int MaximumRank = 32;
    private const int MaximumParameters = 256;

    public static GrpcInferRequest Parse(ReadOnlySpan<byte> message, ServedModel model, InferenceCall call, RequestLimits limits)
    {
        string id = "";
        var inputs = new List<Range>(call.Inputs.Length);
        var raw = new List<Range>();
        List<int>? outputs = null;
        List<byte[]>? parameters = null;
        string name = "";
        string version = "";
        var reader = new ProtoReader(message);
        for (int field = reader.TakeField(); field != 0; field = reader.TakeField())
        {
            switch (field)
            {
                case 1: name = reader.TakeText(); break;
                case 2: version = reader.TakeText(); break;
                case 3: id = reader.TakeText(); break;
                case 4:
                    if ((parameters ??= []).Count == MaximumParameters) throw RequestException.Bad($"more than {MaximumParameters} parameters");
                    parameters.Add(reader.TakeBytes().ToArray());
                    break;
                case 5:
                    // More are refused by name, one by one; this bounds the list.
                    if (inputs.Count > call.Inputs.Length) throw RequestException.Bad($"more inputs than the model's {call.Inputs.Length}");
                    inputs.Add(reader.RangeOf(reader.TakeBytes()));
                    break;
                case 6:
                    AddOutput(outputs ??= [], reader.TakeBytes(), model);
                    break;
                case 7:
                    if (raw.Count > call.Inputs.Length) throw RequestException.Bad($"more 'raw_input_contents' than the model's {call.Inputs.Length} inputs");
                    raw.Add(reader.RangeOf(reader.TakeBytes()));
                    break;
                default: reader.Skip(); break;
            }
        }

        RequireModel(model.Identity, name, version);
        if (raw.Count > 0 && raw.Count != inputs.Count)
            throw RequestException.Bad($"{raw.Count} 'raw_input_contents' for {inputs.Count} inputs: each input takes one");
        for (int i = 0; i < inputs.Count; i++)
            ParseInput(message[inputs[i]], raw.Count > 0, raw.Count > 0 ? message[raw[i]] : default, call, limits);
        V2RequestParser.RequireEveryInput(call);
        if (model.Features is { } plan) FeatureCheck.Require(call, plan);
        return new GrpcInferRequest(id, parameters?.ToArray() ?? [], outputs?.ToArray(), raw.Count > 0);
    }

    /// <exception cref="RequestException">404: another model or version.</exception>
    public static void RequireModel(ModelIdentity model, string name, string version)
    {
        if (name != model.Model) throw new RequestException(StatusCodes.Status404NotFound, $"there is no model {TensorNames.Quote(name)}; '{model.Model}' is served");
        if (version.Length > 0 && version != model.Revision)
            throw new RequestException(StatusCodes.Status404NotFound, $"there is no version {TensorNames.Quote(version)} of '{model.Model}'; '{model.Revision}' is served");
    }

    private static void AddOutput(List<int> outputs, ReadOnlySpan<byte> message, ServedModel model)
    {
        ReadOnlySpan<byte> name = default;
        var reader = new ProtoReader(message);
        for (int field = reader.TakeField(); field != 0; field = reader.TakeField())
        {
            if (field == 1) name = reader.TakeUtf8();
            else reader.Skip();
        }

        int index = V2RequestParser.FindOutput(name, model.Outputs);
        if (outputs.Contains(index)) throw RequestException.Bad($"output '{model.Outputs[index].Name}' is asked for twice");
        outputs.Add(index);
    }

    private static void ParseInput(ReadOnlySpan<byte> message, bool isRaw, ReadOnlySpan<byte> raw, InferenceCall call, RequestLimits limits)
    {
        ReadOnlySpan<byte> name = default;
        string datatype = "";
        ReadOnlySpan<byte> contents = default;
        Span<long> shape = stackalloc long[MaximumRank];
        int rank = 0;
        var reader = new ProtoReader(message);
        for (int field = reader.TakeField(); field != 0; field = reader.TakeField())
        {
            switch (field)
            {
                case 1: name = reader.TakeUtf8(); break;
                case 2: datatype = reader.TakeText(); break;
                case 3: TakeShape(ref reader, shape, ref rank); break;
                case 5: contents = reader.TakeBytes(); break;
                default: reader.Skip(); break;
            }
        }

        InputTensor input = V2RequestParser.TakeInput(call, name);
        V2InputParser.Prepare(input, datatype, shape[..rank], limits);
        if (!isRaw)
        {
            GrpcContents.Fill(input, contents, limits);
            return;
        }

        if (contents.Length > 0) throw RequestException.Bad($"input '{input.Info.Name}' has 'contents' although 'raw_input_contents' are given");
        BinarySection.Fill(input, raw, limits);
    }

    private static void TakeShape(ref ProtoReader reader, scoped Span<long> shape, ref int rank)
    {
        if (reader.Type == WireType.Varint)
        {
            Add(shape, ref rank, (long)reader.TakeVarint());
            return;
        }

        var packed = new PackedReader(reader.TakeBytes());
        while (packed.TryTakeVarint(out ulong size)) Add(shape, ref rank, (long)size);
    }

    private static void Add(Span<long> shape, ref int rank, long size)
    {
        if (rank == MaximumRank) throw RequestException.Bad($"a shape has more than {MaximumRank} dimensions");
        if (size is < 0 or > int.MaxValue) throw RequestException.Bad($"a dimension is {size}; it takes a whole number from 0 to {int.MaxValue}");
        shape[rank++] = size;
    }
}
