namespace Canario.Router.Fields;

/// <summary>What a header field is to the router.</summary>
internal enum FieldKind
{
    /// <summary>The two ends' own business: passed on as it is.</summary>
    Other,
    ContentLength,
    TransferEncoding,
    Connection,
    KeepAlive,
    Host,
    Expect,
    Te,
    Trailer,
    Date,
    /// <summary>Of one hop only (RFC 9110, section 7.6.1).</summary>
    Hop,
    RequestId,
    ForwardedFor,
    ForwardedProto,
    ForwardedHost,
    /// <summary>The router's own word about an answer: a server must not be able to speak for it.</summary>
    RouterWord,
}
