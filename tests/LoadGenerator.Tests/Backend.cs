using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Canario.LoadGenerator.Tests;

/// <summary>A real HTTP server on loopback.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly WebApplication application;

    private Backend(WebApplication application) => this.application = application;

    public Uri Url => new(application.Urls.Single() + "/predict");

    public static async Task<Backend> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync();
        return new Backend(application);
    }

    public async ValueTask DisposeAsync() => await application.DisposeAsync();
}
