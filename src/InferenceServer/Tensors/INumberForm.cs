using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tensors;

/// <summary>How a decimal number becomes a binary one; a struct for each type, so that the compiler makes a loop of its own for it.</summary>
internal interface INumberForm<T>
{
    /// <summary>False when the digits do not fit the exact short way.</summary>
    static abstract bool TryConvert(long mantissa, int fraction, bool negative, out T value);

    static abstract T Convert(ReadOnlySpan<byte> token, ScannedNumber number);
}
