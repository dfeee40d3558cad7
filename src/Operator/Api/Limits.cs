namespace Canario.Operator.Api;

/// <summary>Bounds of a ModelDeployment, in the CRD and in <see cref="SpecValidator"/> alike.</summary>
static class Limits
{
    /// <summary>A label value holds 63 characters; the longest derived name is <c>&lt;name&gt;-&lt;hash8&gt;-preview</c>: 17 more.</summary>
    public const int NameLength = 46;
    public const int Replicas = 1000;
    public const int AutoscalingMetrics = 4;

    /// <summary>Of a request, in percent: pods may use far more than they ask for.</summary>
    public const int Utilization = 10_000;
    public const int Steps = 20;
    public const int Gates = 16;
    public const int Matches = 16;
    public const int Hostnames = 16;
    public const int PathLength = 1024;
    public const int Env = 64;
    public const int Features = 100;
    public const int QueryLength = 4096;
    public const int UriLength = 2048;
    public const int MapEntries = 32;
    public const int RevisionHistory = 50;
    public const int Port = 65535;
    public const int Threads = 256;

    /// <summary>Of status lists; the object must stay far below etcd's 1.5 MiB.</summary>
    public const int History = 20;

    /// <summary>Of one text in status.</summary>
    public const int MessageLength = 1024;

    /// <summary>Go's notation, as Kubernetes uses it: <c>90s</c>, <c>5m</c>, <c>1h30m</c>, <c>500ms</c>.</summary>
    public const string DurationPattern = @"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$";
    public const int DurationLength = 32;
    public const string Sha256Pattern = "^[0-9a-f]{64}$";
    public const string UriPattern = "^((file|http|https|s3|oci|pvc)://|models:/).+$";
    public const string NamePattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    /// <summary>RFC 9110 token.</summary>
    public const string HeaderPattern = @"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";
}
