using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Canario.InferenceServer.Tests.Batch;

/// <summary>Serves bytes over HTTP as a store does, badly where the test wants.</summary>
internal sealed class RowsHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _active;

    private RowsHost(WebApplication app) => _app = app;

    public byte[] Content { get; set; } = [];
    public string Tag { get; set; } = "\"1\"";
    public bool HasRanges { get; set; } = true;
    /// <summary>False: a whole answer comes in chunks.</summary>
    public bool TellsLength { get; set; } = true;
    /// <summary>Connections that break after so many bytes each.</summary>
    public int Breaks { get; set; }
    public int BreakAfter { get; set; } = 1 << 20;
    /// <summary>It sends nothing after <see cref="BreakAfter"/> bytes until the client is gone.</summary>
    public bool Stalls { get; set; }
    /// <summary>Requests under way.</summary>
    public int Active => Volatile.Read(ref _active);
    public int Requests { get; private set; }
    public long Sent { get; private set; }
    public string Uri => _app.Urls.First() + "/rows.jsonl";

    public static async Task<RowsHost> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        var host = new RowsHost(app);
        app.Run(host.CountAsync);
        await app.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task CountAsync(HttpContext context)
    {
        Interlocked.Increment(ref _active);
        try
        {
            await AnswerAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref _active);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Requests++;
        int from = 0;
        string range = context.Request.Headers.Range.ToString();
        if (HasRanges && range.Length > 0)
        {
            from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            context.Response.StatusCode = from < Content.Length ? StatusCodes.Status206PartialContent : StatusCodes.Status416RangeNotSatisfiable;
            context.Response.Headers.ContentRange = from < Content.Length ? $"bytes {from}-{Content.Length - 1}/{Content.Length}" : $"bytes */{Content.Length}";
        }

        context.Response.Headers.ETag = Tag;
        ReadOnlyMemory<byte> rest = Content.AsMemory(Math.Min(from, Content.Length));
        if (TellsLength || context.Response.StatusCode != StatusCodes.Status200OK) context.Response.ContentLength = rest.Length;
        if (Breaks > 0 && rest.Length > BreakAfter)
        {
            Breaks--;
            await context.Response.Body.WriteAsync(rest[..BreakAfter]);
            await context.Response.Body.FlushAsync();
            Sent += BreakAfter;
            context.Abort();
            return;
        }

        if (Stalls)
        {
            await context.Response.Body.WriteAsync(rest[..BreakAfter]);
            Sent += BreakAfter;
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await context.Response.Body.WriteAsync(rest);
        Sent += rest.Length;
    }
}
