using Canario.Training.Learning;

namespace Canario.Training.Data;

/// <summary>A seeded shuffle, then three quarters to train on and one quarter to measure on.</summary>
internal sealed record Split<T>(T[] Training, T[] HeldOut)
{
    public static Split<T> Of(IEnumerable<T> rows, ulong seed)
    {
        T[] shuffled = [.. rows];
        new SplitMix64(seed).Shuffle(shuffled);
        var cut = shuffled.Length * 3 / 4;
        return new Split<T>(shuffled[..cut], shuffled[cut..]);
    }
}
