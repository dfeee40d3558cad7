using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using EntityTag = Microsoft.Net.Http.Headers.EntityTagHeaderValue;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>A web server of files by path.</summary>
internal sealed class WebFiles : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, byte[]> _files = new();
    private readonly StubServer _server;

    /// <param name="weights">Of a model in folder m, by location.</param>
    public WebFiles(Dictionary<string, byte[]> weights)
    {
        foreach ((string location, byte[] content) in weights) _files["/m/" + location] = content;
        _server = new StubServer(AnswerAsync);
    }

    public byte[] this[string path]
    {
        set => _files[path] = value;
    }

    public bool TellsLengths { get; set; } = true;

    public string Address => _server.Address;

    public IEnumerable<string> Asked => _server.Requests.Select(request => request.Path);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (!_files.TryGetValue(context.Request.Path.Value!, out byte[]? content)) context.Response.StatusCode = (int)HttpStatusCode.NotFound;
        else if (TellsLengths) await Results.Bytes(content, enableRangeProcessing: true, entityTag: new EntityTag("\"v1\"")).ExecuteAsync(context);
        else await context.Response.Body.WriteAsync(content);
    }
}
