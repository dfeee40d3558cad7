namespace Canario.Router.Forwarding;

/// <summary>What became of one attempt.</summary>
/// <param name="Code">Status for the client and the metrics; 0: the request never reached a server and may be sent to another.</param>
/// <param name="Reason">null: the server answered.</param>
internal readonly record struct Outcome(int Code, string? Reason)
{
    /// <summary>nginx's code for a client that left before it was answered.</summary>
    public const int ClientGone = 499;

    public bool Unreached => Code == 0;

    public static Outcome Answered(int code) => new(code, null);

    public static Outcome NotReached(string reason) => new(0, reason);

    public static Outcome Failed(int code, string reason) => new(code, reason);
}
