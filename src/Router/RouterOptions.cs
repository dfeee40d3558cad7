using System.Net;
using Canario.Contract;
using Canario.Router.Forwarding;
using Canario.Router.Http1;
using Canario.Router.Mirroring;

namespace Canario.Router;

/// <summary>What a router process is told at its start.</summary>
internal sealed record RouterOptions
{
    /// <summary>Of the model listeners and the admin server. Any: IPv6 and IPv4.</summary>
    public IPAddress Address { get; init; } = IPAddress.IPv6Any;

    /// <summary>0: any free one.</summary>
    public int AdminPort { get; init; } = Ports.Admin;

    /// <summary>Serve what this directory says instead of what the cluster says.</summary>
    public string? ConfigurationDirectory { get; init; }

    /// <summary>Serving as before after SIGTERM: Services and load balancers need that long to send no more connections here.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Then every answer closes its connection, so that clients leave between two requests, until nobody is connected any more: at most this long. A connection that is closed while it is idle
    /// may be closed in the instant in which a request is sent on it, and that one is lost.
    /// </summary>
    public TimeSpan Closing { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Then requests under way may finish, for as long as the default timeout of a request and a little. In all, less than the pod's termination grace period of 60 s.</summary>
    public TimeSpan Finish { get; init; } = TimeSpan.FromSeconds(35);

    /// <summary>Of clients, to all models. More are closed at once: each costs memory and, while its request is under way, a second descriptor.</summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>Bodies are streamed, so this bounds a mistake, not memory.</summary>
    public long MaxBodyBytes { get; init; } = 1L << 30;

    public bool AccessLog { get; init; }

    public ClientOptions Client { get; init; } = new();

    public UpstreamOptions Upstream { get; init; } = new();

    public MirrorOptions Mirrors { get; init; } = new();

    /// <returns>null, with the reason in <paramref name="error"/>, for arguments that cannot be understood.</returns>
    public static RouterOptions? Parse(string[] args, out string error)
    {
        var options = new RouterOptions();
        error = "";
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i];
            if (name == "--access-log")
            {
                options = options with { AccessLog = true };
                continue;
            }
            string? value = i + 1 < args.Length ? args[++i] : null;
            var next = Apply(options, name, value ?? "");
            if (next is null)
            {
                error = $"{name} \"{value}\": expected --config-directory DIRECTORY, --listen-address IP, --admin-port 0..65535, --drain-seconds 0..3600, "
                    + "--closing-seconds 0..3600, --finish-seconds 0..3600, --max-body-bytes N, --max-connections 1..1000000 or --access-log";
                return null;
            }
            options = next;
        }
        return options;
    }

    private static RouterOptions? Apply(RouterOptions o, string name, string value) => name switch
    {
        "--config-directory" when value.Length > 0 => o with { ConfigurationDirectory = value },
        "--listen-address" when IPAddress.TryParse(value, out var ip) => o with { Address = ip },
        "--admin-port" when int.TryParse(value, out int port) && port is >= 0 and <= 65535 => o with { AdminPort = port },
        "--drain-seconds" when TrySeconds(value, out var t) => o with { Drain = t },
        "--closing-seconds" when TrySeconds(value, out var t) => o with { Closing = t },
        "--finish-seconds" when TrySeconds(value, out var t) => o with { Finish = t },
        "--max-body-bytes" when long.TryParse(value, out long bytes) && bytes > 0 => o with { MaxBodyBytes = bytes },
        "--max-connections" when int.TryParse(value, out int count) && count is > 0 and <= 1_000_000 => o with { MaxConnections = count },
        _ => null,
    };

    private static bool TrySeconds(string text, out TimeSpan span)
    {
        bool good = int.TryParse(text, out int seconds) && seconds is >= 0 and <= 3600;
        span = TimeSpan.FromSeconds(seconds);
        return good;
    }
}
