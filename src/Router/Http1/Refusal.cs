using Canario.Contract;
using Canario.Router.Routing;
using Microsoft.AspNetCore.WebUtilities;

namespace Canario.Router.Http1;

/// <summary>The router's own answer where no server gave one.</summary>
internal static class Refusal
{
    /// <param name="backend">null: none was chosen.</param>
    public static void Write(OutputBuffer output, Http1Exchange x, int code, string reason, Backend? backend)
    {
        string before = $"{{\"error\":\"{reason}\",\"request_id\":\"", after = "\"}\n";
        output.WriteAscii($"HTTP/1.1 {code} {ReasonPhrases.GetReasonPhrase(code)}\r\n{Headers.RouterError}: {reason}\r\n{Headers.RequestId}: ");
        output.Write(x.RequestIdBytes);
        if (backend is not null) output.WriteAscii($"\r\n{Headers.Revision}: {backend.Revision}");
        output.WriteAscii($"\r\nContent-Type: application/json\r\nContent-Length: {before.Length + x.RequestIdBytes.Length + after.Length}\r\n");
        output.Write(x.Date.Line[..^2]);
        output.Write(x.ConnectionField);
        output.Write("\r\n\r\n"u8);
        if (x.Head.IsHead) return;
        output.WriteAscii(before);
        output.Write(x.RequestIdBytes);
        output.WriteAscii(after);
    }
}
