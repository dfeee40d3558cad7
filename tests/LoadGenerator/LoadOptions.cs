using System.Net;
using System.Net.Sockets;

namespace Canario.LoadGenerator;

/// <summary>What load to send where.</summary>
public sealed record LoadOptions
{
    private const int FewestInFlight = 512;
    private const int MostInFlight = 20_000;

    /// <summary>Loopback or a private address: this tool is never pointed at somebody else's machine.</summary>
    public required Uri Url { get; init; }

    /// <summary>Request bodies, drawn at random with <see cref="Seed"/>. Empty: GET without a body.</summary>
    public IReadOnlyList<string> Bodies { get; init; } = [];

    /// <summary>Requests a second, sent on schedule however slow the answers are (an open loop): a slow server cannot hide by slowing its clients down.</summary>
    public double Rate { get; init; } = 50;

    /// <summary>Null: until stopped.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>From the moment a request was due to its last byte; after it the request has failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests under way at once; one that comes due beyond them is not sent, and counts as failed. Null: all that come due within <see cref="Timeout"/>, so that a server that stands still fails requests by its time, not by this tool's bound.</summary>
    public int? MaxInFlight { get; init; }

    /// <summary>A connection is replaced after this time, so that a long run spreads over routers that came later.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Address that connections come from. Null: the system chooses.</summary>
    public IPAddress? Source { get; init; }

    public ulong Seed { get; init; } = 1;
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>One JSON body a line.</summary>
    public static IReadOnlyList<string> ReadBodies(string path) => [.. File.ReadLines(path).Where(line => line.Length > 0)];

    internal int InFlightBound => MaxInFlight ?? (int)Math.Clamp(Math.Ceiling(Rate * Timeout.TotalSeconds), FewestInFlight, MostInFlight);

    /// <summary>What is wrong with the options, or null.</summary>
    public string? Problem()
    {
        if (!Url.IsAbsoluteUri || Url.Scheme != Uri.UriSchemeHttp)
            return $"url is {Url}; it must be an absolute http:// address";
        if (!IsNear(Url))
            return $"url is {Url}; its host must be localhost, a loopback or a private address";
        if (Source is { } source && IPAddress.TryParse(Url.Host.Trim('[', ']'), out var target) && source.AddressFamily != target.AddressFamily)
            return $"source is {source}; it must be of the same family as url's host, {target}";
        if (!(Rate is > 0 and <= 20_000))
            return $"rate is {Rate}; it must be above 0 and at most 20000 requests a second";
        if (MaxInFlight is < 1 or > MostInFlight)
            return $"max-in-flight is {MaxInFlight}; it must be 1 to {MostInFlight}";
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromMinutes(5))
            return $"timeout is {Timeout}; it must be above 0 and at most 5 minutes";
        return Duration is { } duration && duration <= TimeSpan.Zero ? $"duration is {duration}; it must be above 0" : null;
    }

    private static bool IsNear(Uri url)
    {
        if (url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        if (!IPAddress.TryParse(url.Host.Trim('[', ']'), out var address))
            return false;
        if (IPAddress.IsLoopback(address))
            return true;
        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            && (bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168));
    }
}
