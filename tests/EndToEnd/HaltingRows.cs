using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Canario.EndToEnd;

/// <summary>A file of rows over HTTP, of which only the first half comes until <see cref="GoOn"/>.</summary>
internal sealed class HaltingRows : IAsyncDisposable
{
    // The half comes over some seconds, so that a reader that tells its progress each second does.
    private const int Pieces = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private static readonly EntityTagHeaderValue Tag = new("\"rows\"");

    private readonly TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<long> starts = [];
    private readonly byte[] rows;
    private readonly WebApplication app;

    private HaltingRows(byte[] rows, IPAddress address)
    {
        this.rows = rows;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(address, 0));
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public string Address => app.Urls.First() + "/rows.csv";

    /// <summary>The bytes from which it was asked for, in the order of the requests.</summary>
    public IReadOnlyCollection<long> Starts => starts;

    public static async Task<HaltingRows> StartAsync(byte[] rows, IPAddress address)
    {
        var host = new HaltingRows(rows, address);
        await host.app.StartAsync();
        return host;
    }

    public void GoOn() => goOn.TrySetResult();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var start = context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0;
        starts.Enqueue(start);
        if (start == 0 && !goOn.Task.IsCompleted)
        {
            context.Response.ContentLength = rows.Length;
            context.Response.GetTypedHeaders().ETag = Tag;
            var piece = rows.Length / 2 / Pieces;
            for (var i = 0; i < Pieces; i++)
            {
                await context.Response.Body.WriteAsync(rows.AsMemory(i * piece, piece), context.RequestAborted);
                await Task.Delay(Pause, context.RequestAborted);
            }

            await goOn.Task.WaitAsync(context.RequestAborted);
            await context.Response.Body.WriteAsync(rows.AsMemory(Pieces * piece), context.RequestAborted);
            return;
        }

        await goOn.Task.WaitAsync(context.RequestAborted);
        await Results.Bytes(rows, "text/csv", enableRangeProcessing: true, entityTag: Tag).ExecuteAsync(context);
    }
}
