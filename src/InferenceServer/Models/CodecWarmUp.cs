using System.Diagnostics;
using System.Globalization;
using System.Text;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;
using Canario.InferenceServer.V2;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Models;

/// <summary>Reads and answers a made-up request a few times before the model is ready, so that the code is compiled when the first user comes.</summary>
internal static class CodecWarmUp
{
    // The runtime compiles a method anew, and well, after 30 calls.
    private const int Repetitions = 60;
    private const long MostElements = 100_000;
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(300);

    public static void Run(ServedModel model, RequestLimits limits)
    {
        // Without a warm-up run that went through, the sizes of open dimensions are unknown.
        if (model.WarmUpRun == TimeSpan.MaxValue) return;
        byte[]? body = BuildBody(model);
        if (body is null) return;
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < Repetitions && Stopwatch.GetElapsedTime(begun) < s_longest; i++)
        {
            InferenceCall call = model.Rent();
            try
            {
                var cursor = new JsonCursor(body, limits.MaximumStringBytes);
                V2Request request = V2RequestParser.Parse(ref cursor, new BinarySection([]), call, model.Outputs, limits);
                call.Run(model.RunOf(request.Outputs));
                V2ResponseWriter.Write(call.Json, model, call, request, "warm-up");
            }
            catch (Exception e) when (e is RequestException or OnnxRuntimeException)
            {
                // These values are not the warm-up run's: a model may refuse them and yet be right.
                return;
            }
            finally
            {
                model.Return(call);
            }
        }
    }

    private static byte[]? BuildBody(ServedModel model)
    {
        var inputs = new List<string>();
        foreach (ValueInfo input in model.Inputs)
        {
            long[] shape = [.. input.Shape.Select(size => Math.Abs(size))];
            long elements = shape.Aggregate(1L, (product, size) => product * size);
            if (elements > MostElements) return null;
            string element = input.ElementType switch
            {
                TensorElementType.String => "\"\"",
                TensorElementType.Bool => "false",
                TensorElementType.Float or TensorElementType.Double => "0.12345678",
                _ => "0",
            };
            string name = JsonEncodedName(input.Name);
            inputs.Add(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"name":{{name}},"datatype":"{{Datatypes.NameOf(input.ElementType)}}","shape":[{{string.Join(',', shape)}}],"data":[{{string.Join(',', Enumerable.Repeat(element, (int)elements))}}]}"""));
        }

        return Encoding.UTF8.GetBytes($$"""{"inputs":[{{string.Join(',', inputs)}}]}""");
    }

    private static string JsonEncodedName(string name) => Encoding.UTF8.GetString(new JsonOutput().Text(name).Written.Span);
}
