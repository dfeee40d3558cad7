using System.Globalization;
using System.Text;

namespace Canario.Operator.Hosting;

/// <summary>Reads <see cref="OperatorOptions"/>: <c>--name value</c> or <c>--name=value</c>, else the environment variable <c>CANARIO_NAME</c>, else the default.</summary>
static class CommandLine
{
    private sealed record Option(string Name, string Help, Func<OperatorOptions, string, OperatorOptions> Set)
    {
        public string Variable => "CANARIO_" + Name.ToUpperInvariant().Replace('-', '_');
    }

    private static readonly Option[] s_options =
    [
        new("kubeconfig", "File that names the cluster. Default: KUBECONFIG, else the pod's service account.", (o, v) => o with { Kubeconfig = v }),
        new("watch-namespace", "Namespace to work in. Default: all.", (o, v) => o with { Namespace = v }),
        new("lease-namespace", "Namespace of the leader's Lease. Default: the pod's own.", (o, v) => o with { LeaseNamespace = v }),
        new("leader-election", "true or false. Default: true.", (o, v) => o with { LeaderElection = Bool("leader-election", v) }),
        new("identity", "Name of this replica in the Lease. Default: the host's name.", (o, v) => o with { Identity = v }),
        new("workers", "ModelDeployments reconciled at once, 1 to 256. Default: 16.", (o, v) => o with { Workers = Int("workers", v, 1, 256) }),
        new("port", "Port of /healthz, /readyz and /metrics, 0 to 65535. Default: 9090.", (o, v) => o with { Port = Int("port", v, 0, 65535) }),
        new("inference-server-image", "Image of revisions whose spec names none.", (o, v) => o with { InferenceServerImage = v }),
        new("router-image", "Image of the routers.", (o, v) => o with { RouterImage = v }),
        new("image-pull-policy", "Always, IfNotPresent or Never. Default: Kubernetes' own.", (o, v) => o with { ImagePullPolicy = OneOf("image-pull-policy", v, "Always", "IfNotPresent", "Never") }),
        new("image-pull-secrets", "Names of Secrets, separated by commas.", (o, v) => o with { ImagePullSecrets = v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) }),
        new("router-replicas", "Routers a namespace, 1 to 100. Default: 2.", (o, v) => o with { RouterReplicas = Int("router-replicas", v, 1, 100) }),
        new("prometheus-address", "Base address of the Prometheus for gates, such as http://prometheus.monitoring:9090.", (o, v) => o with { PrometheusAddress = Http("prometheus-address", v) }),
    ];

    public static string Help()
    {
        var text = new StringBuilder("Canario operator: rolls ModelDeployments out.\n\nUsage: operator [options]\n       operator crd\n\n");
        foreach (var option in s_options)
            text.Append(CultureInfo.InvariantCulture, $"  --{option.Name,-24} {option.Help} [{option.Variable}]\n");
        return text.ToString();
    }

    /// <exception cref="FormatException">An option is unknown or its value is not allowed; the message names it.</exception>
    public static OperatorOptions Parse(IReadOnlyList<string> args, Func<string, string?> environment)
    {
        var options = new OperatorOptions();
        foreach (var option in s_options)
        {
            if (environment(option.Variable) is { Length: > 0 } value)
                options = option.Set(options, value);
        }

        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (args[i][..at], args[i][(at + 1)..]) : (args[i], null);
            var option = Array.Find(s_options, o => "--" + o.Name == name) ?? throw new FormatException($"unknown option '{name}'; --help lists them all");
            value ??= ++i < args.Count ? args[i] : throw new FormatException($"option --{option.Name} needs a value");
            options = option.Set(options, value);
        }

        return options;
    }

    private static int Int(string name, string value, int minimum, int maximum) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number
            : throw new FormatException($"--{name}: '{value}' is no whole number from {minimum} to {maximum}");

    private static bool Bool(string name, string value) =>
        bool.TryParse(value, out var flag) ? flag : throw new FormatException($"--{name}: '{value}' is neither true nor false");

    private static string OneOf(string name, string value, params string[] allowed) =>
        allowed.Contains(value) ? value : throw new FormatException($"--{name}: '{value}' is not one of {string.Join(", ", allowed)}");

    private static Uri Http(string name, string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new FormatException($"--{name}: '{value}' is no http:// or https:// address");
}
