using System.Reflection;

namespace Canario.InferenceServer.OpenApi;

/// <summary>The page that shows the OpenAPI document and lets a person send requests. All of it comes from this server, and it may load and reach nothing else.</summary>
internal static class DocsPage
{
    public const string Path = "/docs";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Dictionary<string, (byte[] Bytes, string Type)> s_files = new(StringComparer.Ordinal)
    {
        [Path] = (Read("page.html"), "text/html; charset=utf-8"),
        [Path + "/page.css"] = (Read("page.css"), "text/css; charset=utf-8"),
        [Path + "/page.js"] = (Read("page.js"), "text/javascript; charset=utf-8"),
    };

    public static bool Has(string path) => s_files.ContainsKey(path);

    public static async Task WriteAsync(HttpContext context, string path)
    {
        (byte[] bytes, string type) = s_files[path];
        HttpResponse response = context.Response;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["referrer-policy"] = "no-referrer";
        // A new version of the server has a new page.
        response.Headers.CacheControl = "no-cache";
        response.ContentType = type;
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
    }

    private static byte[] Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("docs." + name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
