using System.Text;
using Canario.Router.Forwarding;
using Canario.Router.Http1;

namespace Canario.Router.Mirroring;

/// <summary>Which requests are copied: those that ask for a prediction and change nothing. Feedback, for one, would be told of a prediction that no user got.</summary>
internal static class MirroredRequests
{
    public static bool Include(RequestHead head, Mirror mirror)
    {
        if (!head.Method.SequenceEqual("POST"u8) || !InferencePaths.Include(head.Target)) return false;
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
        HttpMethods.IsPost(method) && (path == "/inference.GRPCInferenceService/ModelInfer" || InferencePaths.Include(Encoding.ASCII.GetBytes(path)));
}
