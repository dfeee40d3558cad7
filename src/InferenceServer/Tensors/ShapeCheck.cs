using Canario.InferenceServer.Http;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Tensors;

/// <summary>Compares a request's shape with the model's.</summary>
internal static class ShapeCheck
{
    public static void Require(ValueInfo input, ReadOnlySpan<long> given, int maximumRows)
    {
        bool fits = given.Length == input.Shape.Count;
        for (int i = 0; fits && i < given.Length; i++) fits = input.Shape[i] < 0 || input.Shape[i] == given[i];
        if (!fits)
        {
            throw RequestException.Bad(
                $"input '{input.Name}' has shape [{string.Join(',', given.ToArray())}]; the model takes [{string.Join(',', input.Shape)}] (-1: any size)");
        }

        if (given.Length > 0 && input.Shape[0] < 0 && given[0] > maximumRows)
            throw RequestException.Bad($"input '{input.Name}' has {given[0]} rows; at most {maximumRows} are taken in one request");
    }
}
