using System.Text;
using Canario.Router.Http1;

namespace Canario.Router.Mirroring;

/// <summary>Which requests are copied: those that ask for a prediction and change nothing. Feedback, for one, would be told of a prediction that no user got.</summary>
internal static class MirroredRequests
{
    public static bool Include(RequestHead head, Mirror mirror)
    {
        if (!head.Method.SequenceEqual("POST"u8) || !IsInference(head.Target)) return false;
        if (head.Fields.ContentLength > mirror.Options.MaxBodyBytes)
        {
            mirror.Metrics.CountDropped(DropReasons.BodyTooLarge);
            return false;
        }
        if (head.First("content-type") is not { } type || !(type.Contains("ndjson", StringComparison.OrdinalIgnoreCase) || type.Contains("jsonl", StringComparison.OrdinalIgnoreCase))) return true;
        mirror.Metrics.CountDropped(DropReasons.Stream);
        return false;
    }

    /// <summary>Which would be, were HTTP/2 copied.</summary>
    public static bool Include(string method, string path) =>
        HttpMethods.IsPost(method) && (path == "/inference.GRPCInferenceService/ModelInfer" || IsInference(Encoding.ASCII.GetBytes(path)));

    /// <param name="target">Path and query.</param>
    public static bool IsInference(ReadOnlySpan<byte> target)
    {
        int query = target.IndexOf((byte)'?');
        var path = query < 0 ? target : target[..query];
        // Who names a revision means that one; another answers 404.
        return path.SequenceEqual("/predict"u8)
            || (path.StartsWith("/v1/models/"u8) && path.EndsWith(":predict"u8))
            || (path.StartsWith("/v2/models/"u8) && path.EndsWith("/infer"u8) && path.IndexOf("/versions/"u8) < 0);
    }
}
