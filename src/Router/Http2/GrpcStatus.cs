using System.Net.Http.Headers;

namespace Canario.Router.Http2;

/// <summary>
/// What a gRPC answer is in the metrics. Its HTTP status is 200 even when the call failed, and a gate that counted that would promote a model that only fails. The codes
/// are those of google.rpc.Code's own table.
/// </summary>
internal static class GrpcStatus
{
    // By grpc-status: OK, Cancelled, Unknown, InvalidArgument, DeadlineExceeded, NotFound, AlreadyExists, PermissionDenied, ResourceExhausted, FailedPrecondition, Aborted,
    // OutOfRange, Unimplemented, Internal, Unavailable, DataLoss, Unauthenticated.
    private static readonly int[] s_codes = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

    /// <returns>The HTTP status that the call's outcome stands for; the answer's own when it is none of gRPC's.</returns>
    public static int CodeOf(HttpResponseMessage response)
    {
        int code = (int)response.StatusCode;
        if (code != 200 || response.Content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.Ordinal) != true) return code;
        // An answer without a message says it in its head.
        string? status = ValueOf(response.TrailingHeaders) ?? ValueOf(response.Headers);
        // One without a status broke its own protocol; gRPC clients take it for Unknown.
        return int.TryParse(status, out int number) && number >= 0 && number < s_codes.Length ? s_codes[number] : 500;
    }

    private static string? ValueOf(HttpResponseHeaders headers) => headers.NonValidated.TryGetValues("grpc-status", out var values) ? values.ToString() : null;
}
