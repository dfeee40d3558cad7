namespace Canario.Router.Forwarding;

/// <summary>Where a POST asks for a prediction and changes nothing: it may be copied for a shadow, and sent again when a server died with it. Feedback, for one, is counted.</summary>
internal static class InferencePaths
{
    /// <param name="target">Path and query.</param>
    public static bool Include(ReadOnlySpan<byte> target)
    {
        int query = target.IndexOf((byte)'?');
        var path = query < 0 ? target : target[..query];
        // Who names a revision means that one; another answers 404.
        return path.SequenceEqual("/predict"u8)
            || (path.StartsWith("/v1/models/"u8) && path.EndsWith(":predict"u8))
            || (path.StartsWith("/v2/models/"u8) && path.EndsWith("/infer"u8) && path.IndexOf("/versions/"u8) < 0);
    }
}
