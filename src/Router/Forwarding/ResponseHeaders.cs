using System.Collections.Frozen;
using Canario.Contract;

namespace Canario.Router.Forwarding;

/// <summary>What becomes of a response's header fields.</summary>
internal static class ResponseHeaders
{
    private static readonly FrozenDictionary<string, HeaderMeaning> Meanings = new Dictionary<string, HeaderMeaning>(StringComparer.OrdinalIgnoreCase)
    {
        ["Content-Length"] = HeaderMeaning.ContentLength,
        ["Transfer-Encoding"] = HeaderMeaning.TransferEncoding,
        ["Connection"] = HeaderMeaning.Connection,
        ["Keep-Alive"] = HeaderMeaning.KeepAlive,
        ["Proxy-Connection"] = HeaderMeaning.Drop,
        ["Proxy-Authenticate"] = HeaderMeaning.Drop,
        ["Upgrade"] = HeaderMeaning.Drop,
        ["Trailer"] = HeaderMeaning.Drop,
        ["TE"] = HeaderMeaning.Drop,
        // The router's own word: a server must not be able to speak for it.
        [Headers.RequestId] = HeaderMeaning.Drop,
        [Headers.Revision] = HeaderMeaning.Drop,
        [Headers.RouterError] = HeaderMeaning.Drop,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static HeaderMeaning MeaningOf(string name) => Meanings.TryGetValue(name, out var meaning) ? meaning : HeaderMeaning.Pass;
}
