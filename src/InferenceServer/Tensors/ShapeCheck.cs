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

    /// <summary>Sizes that the model gives one name and the request several values. A model may be served that way, so that it is asked for once a run has failed.</summary>
    /// <returns>For people; null: there are none.</returns>
    public static string? FindDisagreement(IReadOnlyList<InputTensor> inputs)
    {
        var sizes = new Dictionary<string, (string Input, long Size)>(StringComparer.Ordinal);
        foreach (InputTensor input in inputs)
        {
            for (int i = 0; i < input.Shape.Length; i++)
            {
                string name = input.Info.SymbolicDimensions[i];
                if (name.Length == 0 || sizes.TryAdd(name, (input.Info.Name, input.Shape[i])) || sizes[name].Size == input.Shape[i]) continue;
                return $"input '{input.Info.Name}' has size {input.Shape[i]} where '{sizes[name].Input}' has {sizes[name].Size}; the model takes the same for both ('{name}')";
            }
        }

        return null;
    }
}
