namespace Canario.Router.Forwarding;

/// <summary>What a header field of a response is to the router.</summary>
internal enum HeaderMeaning
{
    Pass,
    /// <summary>Of this hop only, or the router's own to say.</summary>
    Drop,
    ContentLength,
    TransferEncoding,
    Connection,
    KeepAlive,
}
