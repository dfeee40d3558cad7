using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>Web servers of tests: in this process, on a free port of their own.</summary>
internal static class LoopbackApp
{
    public static WebApplication Start(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.Run(answer);
        app.StartAsync().GetAwaiter().GetResult();
        return app;
    }
}
