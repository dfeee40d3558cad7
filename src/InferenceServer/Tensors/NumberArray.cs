using System.Runtime.CompilerServices;
using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Tensors;

/// <summary>Numbers separated by commas, straight into a tensor's memory: the bulk of most requests.</summary>
internal static class NumberArray
{
    private const int UntilNextWindow = 15;

    /// <param name="cursor">At the first number.</param>
    /// <param name="tensor">Whose elements they are.</param>
    /// <param name="target">Filled.</param>
    /// <param name="offset">Of the target in the tensor.</param>
    public static void Read<T, TForm>(ref JsonCursor cursor, InputTensor tensor, Span<T> target, int offset)
        where TForm : struct, INumberForm<T>
    {
        ReadOnlySpan<byte> text = cursor.Text;
        int at = cursor.Position;
        int alone = 0;
        for (int i = 0; i < target.Length; i++)
        {
            if (i > 0) at = PassComma(ref cursor, tensor, text, at);
            if (alone > 0)
            {
                alone--;
            }
            else if (ReadMany<T, TForm>(text, ref at, target[i..]) is > 0 and var read)
            {
                i += read - 1;
                continue;
            }
            else
            {
                // Its neighbours are probably as long, or as far apart.
                alone = UntilNextWindow;
            }

            int start = at;
            if (PlainNumber.TryScan(text, ref at, out long mantissa, out int fraction, out bool negative)
                && TForm.TryConvert(mantissa, fraction, negative, out target[i]))
            {
                continue;
            }

            cursor.Position = start;
            ScannedNumber number = ElementJson.TakeNumber(ref cursor, tensor, offset + i, out ReadOnlySpan<byte> token);
            target[i] = TForm.Convert(token, number);
            at = cursor.Position;
        }

        cursor.Position = at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadMany<T, TForm>(ReadOnlySpan<byte> text, ref int at, Span<T> target)
        where TForm : struct, INumberForm<T> =>
        NumberEights.IsSupported && target.Length >= NumberEights.AtOnce ? NumberEights.Read<T, TForm>(text, ref at, target) : NumberFours.Read<T, TForm>(text, ref at, target);

    /// <summary>Past a comma and the one space that many writers put after it; other white space is the cursor's work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PassComma(ref JsonCursor cursor, InputTensor tensor, ReadOnlySpan<byte> text, int at)
    {
        if ((uint)at < (uint)text.Length && text[at] == ',')
        {
            at++;
        }
        else
        {
            cursor.Position = at;
            ElementJson.TakeComma(ref cursor, tensor);
            at = cursor.Position;
        }

        return (uint)at < (uint)text.Length && text[at] == ' ' ? at + 1 : at;
    }
}
