namespace Canario.Router.Http1;

/// <summary>What came of reading a request's body.</summary>
internal enum BodyPart
{
    /// <summary>Some, and there is more.</summary>
    Some,
    /// <summary>The last of it.</summary>
    Last,
    Malformed,
    TooLarge,
    TooSlow,
    /// <summary>The client broke off, or nobody wants it any more.</summary>
    Ended,
}
