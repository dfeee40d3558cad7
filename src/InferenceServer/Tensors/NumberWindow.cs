using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Canario.InferenceServer.Tensors;

/// <summary>
/// Sixty-four bytes of an array's numbers. A bit for each byte says what it is (as simdjson does it: Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019);
/// what stands where it must not is found for the whole window, and so is where each number begins, has its point and ends. No branch depends on one number's sign or length.
/// What is unusual (an exponent, more than fifteen characters beside the sign, white space but for one space after a comma) ends the numbers of a window and is left to others.
/// </summary>
internal static class NumberWindow
{
    /// <summary>The bytes that are looked at.</summary>
    public const int Bytes = 64;

    /// <summary>The bytes that a number's text may be loaded with, and more than it has.</summary>
    public const int Widest = 16;

    /// <summary>What the bytes of a window are; the first number begins with the first byte.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="digits">A bit for each digit.</param>
    /// <param name="begins">For the first digit of each number.</param>
    /// <param name="wholeEnds">For what follows the last digit before the point, or the last of all where there is none.</param>
    /// <param name="negatives">For the first digit of each number that has a minus before it.</param>
    /// <returns>A bit for the comma or bracket behind each number, up to the first bracket and to what is not for here; the other masks may go on behind it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(Vector512<byte> bytes, out ulong digits, out ulong begins, out ulong wholeEnds, out ulong negatives)
    {
        digits = Vector512.LessThanOrEqual(bytes - Vector512.Create((byte)'0'), Vector512.Create((byte)9)).ExtractMostSignificantBits();
        ulong minuses = WhereIs(bytes, '-');
        ulong points = WhereIs(bytes, '.');
        ulong spaces = WhereIs(bytes, ' ');
        ulong brackets = WhereIs(bytes, ']');
        ulong ends = WhereIs(bytes, ',') | brackets;

        // Of a number's first digits (those before the point), where they begin and what follows them: a sum carries through all of a run.
        begins = digits & ~((digits | points) << 1);
        wholeEnds = (begins + digits) & ~digits;
        negatives = (minuses << 1) & begins;
        ulong fractionEnds = (((points << 1) & digits) + digits) & ~digits;

        ulong wrong = ~(digits | minuses | points | spaces | ends)
            | (minuses & ~((ends | spaces) << 1 | 1))
            | ((points | ends) & ~(digits << 1))
            | (spaces & ~(ends << 1))
            | (points & fractionEnds)
            // A zero leads nothing but a fraction.
            | (begins & WhereIs(bytes, '0') & (digits >> 1))
            | LongRuns(digits | points);
        // Most windows have neither: where the next one begins need not wait for what is wrong in this.
        if ((wrong | brackets) != 0) ends &= ~wrong & (wrong - 1) & (brackets ^ (brackets - 1));
        return ends;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong WhereIs(Vector512<byte> bytes, char character) => Vector512.Equals(bytes, Vector512.Create((byte)character)).ExtractMostSignificantBits();

    /// <summary>Where at least as many bits as one number is wide stand in a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LongRuns(ulong bits)
    {
        bits &= bits >> 1;
        bits &= bits >> 2;
        bits &= bits >> 4;
        return bits & bits >> 8;
    }
}
