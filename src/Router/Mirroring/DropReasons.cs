namespace Canario.Router.Mirroring;

/// <summary>Why a request that was to be copied was not: the <c>reason</c> label.</summary>
internal static class DropReasons
{
    /// <summary>So many copies are under way already.</summary>
    public const string InFlight = "in_flight";

    /// <summary>All copies together hold as much memory as they may.</summary>
    public const string Memory = "memory";

    public const string BodyTooLarge = "body_too_large";

    /// <summary>Rows that are answered while more of them come.</summary>
    public const string Stream = "stream";

    public const string Http2 = "http2";

    /// <summary>The user got no whole answer of a model to compare with.</summary>
    public const string NotAnswered = "not_answered";

    /// <summary>No pod of the revision is ready, which the operator deals with; or the router has no socket left.</summary>
    public const string NotSent = "not_sent";

    public static string[] All { get; } = [InFlight, Memory, BodyTooLarge, Stream, Http2, NotAnswered, NotSent];
}
