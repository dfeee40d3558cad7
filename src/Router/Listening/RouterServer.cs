using System.Net;
using System.Net.Sockets;
using System.Text;
using Canario.Loops;
using Canario.Router.Forwarding;
using Canario.Router.Http1;
using Canario.Router.Http2;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Canario.Router.Listening;

/// <summary>In front of all models: the router's own HTTP/1.1 on a model's port, Kestrel's HTTP/2 in clear text with prior knowledge on the next.</summary>
internal sealed class RouterServer : IDisposable
{
    private readonly Http1Server _http1;
    private readonly KestrelServer _kestrel;
    private readonly ListenerGroup _grpc;
    private readonly Http2Application _http2;
    private readonly IPAddress _address;

    public RouterServer(RouterOptions options, EventLoops loops, ILoggerFactory loggers, TimeProvider time)
    {
        _address = options.Address;
        var limit = new ConnectionLimit(options.MaxConnections);
        var dispatcher = new Dispatcher(options, time, loggers.CreateLogger<Dispatcher>());
        _http1 = new Http1Server(options, loops, dispatcher, limit, loggers, time);
        _http2 = new Http2Application(dispatcher, options.Upstream, time);
        // Nothing on a request's way blocks, so it may run where its bytes arrived, without changing threads.
        var transport = new SocketTransportOptions { UnsafePreferInlineScheduling = true, Backlog = 4096 };
        _grpc = new ListenerGroup(new ListenerEndPoint("grpc"), new SocketTransportFactory(Options.Create(transport), loggers));
        var kestrel = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        // A stream may be silent for long (see Http2Exchange); a peer that is gone must not be waited for.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        // Header values pass through byte by byte; names in other alphabets are UTF-8 to some and Latin-1 to others.
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        kestrel.Listen(_grpc.EndPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => async connection =>
            {
                if (!limit.TryEnter()) return;
                try
                {
                    await next(connection);
                }
                finally
                {
                    limit.Leave();
                }
            });
        });
        _kestrel = new KestrelServer(Options.Create(kestrel), new GroupFactory(_grpc), loggers);
    }

    /// <summary>Of clients with HTTP/1.1, who learn from an answer alone that they should leave.</summary>
    public bool HasConnections => _http1.HasConnections;

    public Task StartAsync(CancellationToken cancellationToken) => _kestrel.StartAsync(_http2, cancellationToken);

    /// <summary>From now on every answer asks its client to connect anew, elsewhere.</summary>
    public void CloseConnections() => _http1.CloseConnections();

    /// <summary>No new connections, GOAWAY or close on the others, and their requests finish until cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_http1.StopAsync(cancellationToken), _kestrel.StopAsync(cancellationToken));

    /// <exception cref="SocketException">The first port is in use.</exception>
    /// <exception cref="Microsoft.AspNetCore.Connections.AddressInUseException">The second is.</exception>
    public async Task BindAsync(int port, ModelListener model)
    {
        BindHttp1(port, model);
        try
        {
            await BindGrpcAsync(port + 1, model);
        }
        catch
        {
            _http1.Unbind(port);
            throw;
        }
    }

    public async Task UnbindAsync(int port)
    {
        _http1.Unbind(port);
        await _grpc.UnbindAsync(port + 1);
    }

    public void Dispose()
    {
        _kestrel.Dispose();
        _http2.Dispose();
    }

    private void BindHttp1(int port, ModelListener model)
    {
        try
        {
            _http1.Bind(new IPEndPoint(_address, port), model);
        }
        catch (SocketException e) when (IsWithoutIPv6(e))
        {
            _http1.Bind(new IPEndPoint(IPAddress.Any, port), model);
        }
    }

    private async Task BindGrpcAsync(int port, ModelListener model)
    {
        try
        {
            await _grpc.BindAsync(new IPEndPoint(_address, port), model);
        }
        catch (SocketException e) when (IsWithoutIPv6(e))
        {
            await _grpc.BindAsync(new IPEndPoint(IPAddress.Any, port), model);
        }
    }

    private bool IsWithoutIPv6(SocketException e) => _address.Equals(IPAddress.IPv6Any) && e.SocketErrorCode != SocketError.AddressAlreadyInUse;
}
