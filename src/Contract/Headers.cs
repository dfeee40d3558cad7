namespace Canario.Contract;

/// <summary>HTTP header fields, in lower case as HTTP/2 wants them.</summary>
public static class Headers
{
    /// <summary>Taken from the client when it is sane, made when it is not, and always answered.</summary>
    public const string RequestId = "x-request-id";

    /// <summary>Answered by the router, and by the inference server where no body names it: the revision that served the request.</summary>
    public const string Revision = "x-canario-revision";

    /// <summary>Answered by the router when the request reached no server: why, as one of the <c>Reason</c> words of its metrics.</summary>
    public const string RouterError = "x-canario-error";
}
