using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Canario.Demo;

/// <summary>Serves the sample models over HTTP on the node's own bridge, where pods reach it and nothing outside the machine does.</summary>
internal sealed class ModelHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private ModelHost(WebApplication app, string address)
    {
        this.app = app;
        Address = address;
    }

    /// <summary><c>http://address:port</c>, as pods see it.</summary>
    public string Address { get; }

    public static async Task<ModelHost> StartAsync(IPAddress address, string directory, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(address, 0));
        var app = builder.Build();
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(directory),
            ServeUnknownFileTypes = true,
        });
        await app.StartAsync(cancellationToken);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new ModelHost(app, addresses.First());
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
