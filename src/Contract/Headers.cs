namespace Canario.Contract;

/// <summary>HTTP header fields, in lower case as HTTP/2 wants them.</summary>
public static class Headers
{
    /// <summary>Taken from the client when it is sane, made when it is not, and always answered.</summary>
    public const string RequestId = "x-request-id";

    /// <summary>Answered by the router, and by the inference server where no body names it: the revision that served the request.</summary>
    public const string Revision = "x-canario-revision";

    /// <summary>On a request that is a copy of a user's, whose answer nobody gets; the value is <c>1</c>. The router takes it off users' requests. The copy has its original's request id.</summary>
    public const string Shadow = "x-canario-shadow";

    /// <summary>Answered by the inference server to a copy whose rows are all of one slice: which; see <see cref="Slices"/>.</summary>
    public const string Slice = "x-canario-slice";

    /// <summary>Answered by the router when the request reached no server: why, as one of the <c>Reason</c> words of its metrics.</summary>
    public const string RouterError = "x-canario-error";
}
