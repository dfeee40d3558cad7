using System.Runtime.Intrinsics;
using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tensors;

/// <summary>How a decimal number becomes a binary one; a struct for each type, so that the compiler makes a loop of its own for it.</summary>
internal interface INumberForm<T>
{
    /// <summary>False when the digits do not fit the exact short way.</summary>
    static abstract bool TryConvert(long mantissa, int fraction, bool negative, out T value);

    /// <summary>Stores the four quotients; false when one of them does not fit the exact short way, and what is stored means nothing.</summary>
    /// <param name="mantissas">Whole numbers of at most 15 digits, with their sign; that of zero too.</param>
    /// <param name="powers">What each is divided by, 1 to 1e13.</param>
    /// <param name="target">The first of four elements.</param>
    static abstract bool TryStoreFour(Vector256<double> mantissas, Vector256<double> powers, ref T target);

    /// <summary>As <see cref="TryStoreFour"/>, of eight; for AVX-512.</summary>
    static abstract bool TryStoreEight(Vector512<double> mantissas, Vector512<double> powers, ref T target);

    static abstract T Convert(ReadOnlySpan<byte> token, ScannedNumber number);
}
