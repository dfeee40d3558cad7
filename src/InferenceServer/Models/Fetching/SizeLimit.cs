using Canario.Contract;

namespace Canario.InferenceServer.Models.Fetching;

/// <summary>How large a file may be, perhaps together with others.</summary>
/// <param name="Bytes">Of all.</param>
/// <param name="Taken">By the others.</param>
internal readonly record struct SizeLimit(long Bytes, long Taken = 0)
{
    public long Left => Bytes - Taken;

    public ModelLoadException Refuse(string shown) => new(
        ExitCodes.ModelUnavailable,
        Taken == 0 ? $"{shown} is larger than {Bytes} bytes" : $"{shown} is larger than {Left} bytes: the model and all of its weights may have {Bytes} together");
}
