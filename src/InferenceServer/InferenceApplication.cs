using System.Net;
using System.Net.Security;
using System.Reflection;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Execution;
using Canario.InferenceServer.Feedback;
using Canario.InferenceServer.Grpc;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.PredictionLog;
using Canario.InferenceServer.Security;
using Canario.Loops.Transport;
using Canario.Telemetry.Logging;
using Canario.Telemetry.Metrics;
using Canario.Telemetry.Tracing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Canario.InferenceServer;

/// <summary>Puts the server together; the process, the tests and the benchmarks use this one composition.</summary>
internal static class InferenceApplication
{
    // A header, or a whole body, that trickles in holds a connection for nothing.
    private static readonly TimeSpan s_headersTimeout = TimeSpan.FromSeconds(15);

    // In-flight requests may take this long after the drain; runs longer than that are cut.
    private static readonly TimeSpan s_shutdownTimeout = TimeSpan.FromSeconds(30);

    // gRPC clients keep one connection for all their calls.
    private const int MaximumStreams = 1000;

    // Beyond it the connection ends, and all its calls. Larger than all headers together may be, so that one call is refused instead.
    private const int LargestHttp2Header = 128 << 10;

    // A tensor larger than the window waits for a round trip.
    private const int Http2Window = 1 << 20;

    public static string Version { get; } =
        typeof(InferenceApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static WebApplication Build(ServerOptions options, Action<JsonLogOptions>? configureLog = null)
    {
        Executor.ReserveThreads(options);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddCanarioJson(configureLog);
        builder.Logging.SetMinimumLevel(options.LogLevel);
        // The framework's own lines for each request would repeat ours without the request id.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // It says nothing of use above that, but makes a span for each request as long as it could.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Of these only where it listens: who asked for any free port learns which.
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", options.LogLevel);

        var registry = new MetricRegistry();
        registry.AddProcessMetrics();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(registry);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ServerState>();
        builder.Services.AddSingleton(new RequestMetrics(registry, options.Identity));
        builder.Services.AddSingleton(_ => new HttpClient { Timeout = Timeout.InfiniteTimeSpan });
        builder.Services.AddSingleton<ModelFetcher>();
        builder.Services.AddSingleton<ModelLoader>();
        builder.Services.AddSingleton<ApiKeys>();
        builder.Services.AddSingleton<Admission>();
        builder.Services.AddSingleton<ServerCertificate>();
        builder.Services.AddSingleton<RequestFailures>();
        builder.Services.AddSingleton<Executor>();
        builder.Services.AddSingleton<InferenceHandler>();
        builder.Services.AddSingleton<StreamHandler>();
        builder.Services.AddSingleton<PredictionLogger>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PredictionLogger>());
        builder.Services.AddSingleton<FeedbackHandler>();
        builder.Services.AddSingleton<GrpcHandler>();
        builder.Services.AddSingleton<IHostLifetime, DrainingLifetime>();
        builder.Services.AddHostedService<LoadService>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_shutdownTimeout);

        bool traces = OtlpTracing.IsConfigured(Environment.GetEnvironmentVariable);
        if (traces) builder.Services.AddSingleton(_ => OtlpTracing.Start("canario-inference-server", Version, Describe(options.Identity), RequestSpans.SourceName));

        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = options.Limits.MaximumConnections;
            kestrel.Limits.MaxRequestBodySize = options.Limits.MaximumBodyBytes;
            kestrel.Limits.RequestHeadersTimeout = s_headersTimeout;
            kestrel.Limits.Http2.MaxStreamsPerConnection = MaximumStreams;
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = LargestHttp2Header;
            kestrel.Limits.Http2.InitialConnectionWindowSize = Http2Window;
            kestrel.Limits.Http2.InitialStreamWindowSize = Http2Window;
            // By the protocol that TLS agrees on, both may share a port; in clear text only one is known beforehand.
            IPAddress? address = options.Address == "*" ? null : ReadAddress(options.Address);
            Action<ListenOptions> http = Listener(kestrel, options, options.UsesTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1);
            if (address is null) kestrel.ListenAnyIP(options.HttpPort, http);
            else kestrel.Listen(address, options.HttpPort, http);
            int grpcPort = options.GrpcPort ?? (options.HttpPort == 0 ? 0 : options.HttpPort + 1);
            // Clients of gRPC share a connection among their calls; one of them costs a quarter less so.
            kestrel.Listen(new SharedEndPoint(address, grpcPort), Listener(kestrel, options, HttpProtocols.Http2));
        });

        // After Kestrel's own, which it adds whether or not there is one, and asks last for addresses.
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, SocketBlocks.Factory>();
        builder.Services.AddSingleton<IConnectionListenerFactory, LoopTransport>();

        WebApplication app = builder.Build();
        // Made now, disposed of by the services: then it sends what waits.
        if (traces) app.Services.GetRequiredService<OtlpTracing>();
        var dispatcher = new Dispatcher(
            options,
            app.Services.GetRequiredService<ServerState>(),
            app.Services.GetRequiredService<InferenceHandler>(),
            app.Services.GetRequiredService<StreamHandler>(),
            app.Services.GetRequiredService<FeedbackHandler>(),
            app.Services.GetRequiredService<GrpcHandler>(),
            app.Services.GetRequiredService<Admission>(),
            registry,
            Version);
        app.Run(dispatcher.HandleAsync);
        return app;
    }

    private static Dictionary<string, string> Describe(ModelIdentity identity) => new()
    {
        ["canario.namespace"] = identity.Namespace,
        ["canario.model"] = identity.Model,
        ["canario.revision"] = identity.Revision,
    };

    private static Action<ListenOptions> Listener(KestrelServerOptions kestrel, ServerOptions options, HttpProtocols protocols) => listen =>
    {
        listen.Protocols = protocols;
        if (!options.UsesTls) return;
        ServerCertificate certificate = kestrel.ApplicationServices.GetRequiredService<ServerCertificate>();
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Current }),
        });
    };

    private static IPAddress ReadAddress(string address) => IPAddress.TryParse(address, out IPAddress? parsed)
        ? parsed
        : throw new ConfigurationException($"--address: '{address}' is no IP address");
}
