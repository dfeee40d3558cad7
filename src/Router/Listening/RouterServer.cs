using System.Net;
using System.Text;
using Canario.Router.Forwarding;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Canario.Router.Listening;

/// <summary>Kestrel in front of all models: HTTP/1.1 on a model's port, HTTP/2 in clear text with prior knowledge on the next.</summary>
internal sealed class RouterServer : IDisposable
{
    private readonly KestrelServer _server;
    private readonly ListenerGroup _http;
    private readonly ListenerGroup _grpc;
    private readonly IPAddress _address;

    public RouterServer(RouterOptions options, ILoggerFactory loggers)
    {
        _address = options.Address;
        // Kestrel by itself takes a bare LF for the end of a line, which another reader may not. Read when its options are made.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        // Nothing on a request's way blocks, so it may run where its bytes arrived, without changing threads.
        var transport = new SocketTransportOptions { UnsafePreferInlineScheduling = true, Backlog = 4096 };
        var sockets = new SocketTransportFactory(Options.Create(transport), loggers);
        _http = new ListenerGroup(new ListenerEndPoint("http"), sockets);
        _grpc = new ListenerGroup(new ListenerEndPoint("grpc"), sockets);
        var kestrel = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        // A stream may be silent for long (see ForwardingApplication); a peer that is gone must not be waited for.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        // Header values pass through byte by byte; names in other alphabets are UTF-8 to some and Latin-1 to others.
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        kestrel.Listen(_http.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(_grpc.EndPoint, listen => listen.Protocols = HttpProtocols.Http2);
        _server = new KestrelServer(Options.Create(kestrel), new GroupFactory(_http, _grpc), loggers);
    }

    public Task StartAsync(ForwardingApplication application, CancellationToken cancellationToken) => _server.StartAsync(application, cancellationToken);

    /// <summary>No new connections, GOAWAY or close on the others, and their requests finish until cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <exception cref="Microsoft.AspNetCore.Connections.AddressInUseException">A port is in use.</exception>
    public async Task BindAsync(int port, ModelListener model)
    {
        await BindAsync(_http, port, model);
        try
        {
            await BindAsync(_grpc, port + 1, model);
        }
        catch
        {
            await _http.UnbindAsync(port);
            throw;
        }
    }

    public async Task UnbindAsync(int port)
    {
        await _http.UnbindAsync(port);
        await _grpc.UnbindAsync(port + 1);
    }

    public void Dispose() => _server.Dispose();

    private async Task BindAsync(ListenerGroup group, int port, ModelListener model)
    {
        try
        {
            await group.BindAsync(new IPEndPoint(_address, port), model);
        }
        catch (System.Net.Sockets.SocketException) when (_address.Equals(IPAddress.IPv6Any))
        {
            // A machine without IPv6.
            await group.BindAsync(new IPEndPoint(IPAddress.Any, port), model);
        }
    }
}
