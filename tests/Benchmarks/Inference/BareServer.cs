using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Canario.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Canario.Benchmarks.Inference;

/// <summary>Kestrel alone: reads the body, answers a constant of an answer's usual size. No server on it can be cheaper.</summary>
internal static class BareServer
{
    public const string Command = "bare-server";

    private static readonly byte[] s_answer = System.Text.Encoding.ASCII.GetBytes(
        """{"model_name":"model","model_version":"1","id":"0","outputs":[{"name":"probabilities","datatype":"FP32","shape":[1,3],"data":[0.98,0.015,0.005]}]}""".PadRight(220));

    public static async Task<int> RunAsync(string port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture), listen => listen.Protocols = HttpProtocols.Http1);
        });
        await using WebApplication app = builder.Build();
        app.Run(HandleAsync);
        await app.RunAsync();
        return 0;
    }

    private static async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path == HttpPaths.Metrics)
        {
            // As the server's own metrics say it.
            await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{ServerProcess.AllocatedBytes} {GC.GetTotalAllocatedBytes()}\n"));
            return;
        }

        PipeReader reader = context.Request.BodyReader;
        ReadResult result;
        do
        {
            result = await reader.ReadAsync();
            reader.AdvanceTo(result.Buffer.End);
        }
        while (!result.IsCompleted);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = s_answer.Length;
        await context.Response.BodyWriter.WriteAsync(s_answer);
    }
}
