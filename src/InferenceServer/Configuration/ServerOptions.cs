using Canario.Contract;
using Canario.InferenceServer.Batch;
using Canario.InferenceServer.Http;

namespace Canario.InferenceServer.Configuration;

/// <summary>How the server runs. <see cref="OptionTable"/> says where each value comes from.</summary>
internal sealed record ServerOptions
{
    public ModelIdentity Identity { get; init; } = new("default", "model", "local");
    public Uri? ModelUri { get; init; }
    public string ModelSha256 { get; init; } = "";
    public string MetadataSha256 { get; init; } = "";
    public string BaselineSha256 { get; init; } = "";
    public string GoldenSha256 { get; init; } = "";
    public string CacheDirectory { get; init; } = Path.Combine(Path.GetTempPath(), "canario-models");
    public SourceOptions Sources { get; init; } = new();
    public int Threads { get; init; } = 1;
    /// <summary>Most rows that are run together; 1: requests are never joined.</summary>
    public int BatchRows { get; init; } = 64;
    /// <summary>Requests that may wait for a run; more are answered 503.</summary>
    public int QueuedRequests { get; init; } = 1024;
    /// <summary>How long a server whose golden requests fail tells so in /health, before it ends.</summary>
    public TimeSpan GoldenFailureShown { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(5);
    public string Address { get; init; } = "*";
    public int HttpPort { get; init; } = Ports.InferenceHttp;
    /// <summary>Null: the HTTP port plus one, or any free one where that is.</summary>
    public int? GrpcPort { get; init; }
    public long MaximumModelBytes { get; init; } = 16L << 30;
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromMinutes(30);
    public int FetchAttempts { get; init; } = 5;
    public RequestLimits Limits { get; init; } = new();
    /// <summary>How long a stream of rows may stand still.</summary>
    public TimeSpan StreamIdle { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>That feedback can be about; 0: there is none.</summary>
    public int FeedbackPredictions { get; init; } = 10_000;
    public TimeSpan FeedbackWindow { get; init; } = TimeSpan.FromHours(1);
    /// <summary><c>stdout</c>, a file's or an HTTP address; empty: there is none.</summary>
    public string PredictionLog { get; init; } = "";
    /// <summary>Of the predictions, 0 to 1.</summary>
    public double PredictionLogShare { get; init; } = 1;
    public long PredictionLogFileBytes { get; init; } = 256L << 20;
    /// <summary>Empty: everybody may ask.</summary>
    public string ApiKeysFile { get; init; } = "";
    /// <summary>Of one client; 0: as many as it likes.</summary>
    public int RequestsPerSecond { get; init; }
    /// <summary>0: as many as <see cref="RequestsPerSecond"/>.</summary>
    public int RequestBurst { get; init; }
    public string TlsCertificateFile { get; init; } = "";
    public string TlsKeyFile { get; init; } = "";
    public bool UsesTls => TlsCertificateFile.Length > 0 || TlsKeyFile.Length > 0;
    public string TerminationLog { get; init; } = "/dev/termination-log";
    public LogLevel LogLevel { get; init; } = LogLevel.Information;
    /// <summary>Of the sub-command <c>batch</c>.</summary>
    public BatchOptions Batch { get; init; } = new();
}
