using System.Buffers;

namespace Canario.Telemetry;

/// <summary>Request ids that are safe to log, to forward as a header and to show in an error.</summary>
public static class RequestIds
{
    public const int MaximumLength = 128;

    // No quotes, backslash, angle brackets, space or semicolon: an id must not be able to end the log field, header or page that shows it.
    private const string Allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/+=@,~";
    private static readonly SearchValues<char> s_allowed = SearchValues.Create(Allowed);
    private static readonly SearchValues<byte> s_allowedBytes = SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(Allowed));

    /// <summary>The client's id when it is sane, else a new one.</summary>
    public static string Accept(string? candidate) => candidate is not null && IsSane(candidate) ? candidate : New();

    /// <summary>1 to <see cref="MaximumLength"/> letters, digits and <c>-_.:/+=@,~</c>.</summary>
    public static bool IsSane(ReadOnlySpan<char> candidate) =>
        candidate.Length is > 0 and <= MaximumLength && !candidate.ContainsAnyExcept(s_allowed);

    /// <summary>The client's id when it is sane, else a new one, as bytes.</summary>
    /// <param name="id">Room for <see cref="MaximumLength"/> bytes.</param>
    /// <returns>Its length.</returns>
    public static int Accept(ReadOnlySpan<byte> candidate, Span<byte> id)
    {
        if (candidate.Length is > 0 and <= MaximumLength && !candidate.ContainsAnyExcept(s_allowedBytes))
        {
            candidate.CopyTo(id);
            return candidate.Length;
        }

        Span<byte> random = stackalloc byte[16];
        Random.Shared.NextBytes(random);
        Convert.TryToHexStringLower(random, id, out int written);
        return written;
    }

    /// <summary>32 lower-case hex digits. Unique, not secret: a Guid would ask the kernel for each, which a proxy feels.</summary>
    public static string New()
    {
        Span<byte> id = stackalloc byte[16];
        Random.Shared.NextBytes(id);
        return Convert.ToHexStringLower(id);
    }
}
