using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using EntityTag = Microsoft.Net.Http.Headers.EntityTagHeaderValue;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>Serves one file by the framework's own handling of ranges and conditions; others do not exist.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    public FileServer(byte[] content, string? tag)
    {
        Content = content;
        Tag = tag;
        _app = LoopbackApp.Start(AnswerAsync);
    }

    public int Port => new Uri(_app.Urls.Single()).Port;

    public byte[] Content { get; private set; }

    /// <summary>Null: the answers have none.</summary>
    public string? Tag { get; private set; }

    /// <summary>What the file is from the next requests on, one each.</summary>
    public ConcurrentQueue<(byte[] Content, string? Tag)> Next { get; } = new();

    public bool SendsParts { get; set; } = true;

    /// <summary>Of the requests for the file, with their conditions, in order.</summary>
    public ConcurrentQueue<string> Ranges { get; } = new();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (!context.Request.Path.Value!.EndsWith(".onnx", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!Ranges.IsEmpty && Next.TryDequeue(out (byte[] Content, string? Tag) next)) (Content, Tag) = next;
        string range = context.Request.Headers.Range.ToString();
        Ranges.Enqueue(range.Length == 0 ? "all" : $"{RangeHeaderValue.Parse(range).Ranges.Single().From} if {context.Request.Headers.IfRange}");
        await Results.Bytes(Content, enableRangeProcessing: SendsParts, entityTag: Tag is null ? null : new EntityTag($"\"{Tag}\"")).ExecuteAsync(context);
    }
}
