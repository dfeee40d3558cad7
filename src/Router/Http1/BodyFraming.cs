namespace Canario.Router.Http1;

/// <summary>How a response's body ends (RFC 9112, section 6.3).</summary>
internal enum BodyFraming
{
    None,
    Length,
    Chunked,
    UntilClose,
}
