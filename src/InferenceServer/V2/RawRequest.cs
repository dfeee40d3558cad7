using Canario.InferenceServer.Http;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.V2;

/// <summary>A body that is nothing but one tensor (<c>Inference-Header-Content-Length: 0</c>), for a model with one input.</summary>
internal static class RawRequest
{
    public static V2Request Parse(ReadOnlySpan<byte> body, InferenceCall call, RequestLimits limits)
    {
        if (call.Inputs.Length != 1)
            throw RequestException.Bad($"a raw body is for models with one input; this one takes {TensorNames.List(call.Inputs.Select(i => i.Info.Name))}");
        InputTensor input = call.Inputs[0];
        input.Given = true;
        Span<long> shape = InferShape(input, body.Length, stackalloc long[input.Info.Shape.Count]);
        ShapeCheck.Require(input.Info, shape, limits.MaximumRows);
        input.SetShape(shape);
        if (input.Type == TensorElementType.String) input.Texts(1)[0] = BinarySection.ReadText(input, body, limits);
        else BinarySection.Fill(input, body, limits);
        return new V2Request(null, null, null, null, BinaryByDefault: true);
    }

    /// <summary>The last open dimension takes what there is, those before it are 1: a batch of one, or of as many rows as were sent where all else is fixed.</summary>
    private static Span<long> InferShape(InputTensor input, int bytes, Span<long> shape)
    {
        // A string is the whole body: it has no length before it.
        long elements = input.Type == TensorElementType.String ? 1 : bytes / input.ElementSize;
        int open = -1;
        long known = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = Math.Max(input.Info.Shape[i], 1);
            if (input.Info.Shape[i] < 0) open = i;
            else known *= input.Info.Shape[i];
        }

        if (open >= 0 && known > 0) shape[open] = elements / known;
        long product = 1;
        foreach (long size in shape) product *= size;
        if (product != elements || (input.Type != TensorElementType.String && bytes % input.ElementSize != 0))
            throw RequestException.Bad($"input '{input.Info.Name}': {bytes} bytes do not fit shape [{string.Join(',', input.Info.Shape)}] of {Datatypes.NameOf(input.Type)} (-1: any size)");
        return shape;
    }
}
