using System.Buffers;
using System.Globalization;
using Canario.Contract;

namespace Canario.InferenceServer.Configuration;

/// <summary>Every option of the server.</summary>
internal static class OptionTable
{
    // As long as a name of Kubernetes may be.
    private const int LongestName = 253;
    private const int ShownName = 64;

    // Before the table: fields are filled in their order.
    private static readonly SearchValues<char> s_nameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    public static IReadOnlyList<ServerOption> All { get; } =
    [
        new("namespace", InferenceEnvironment.Namespace, "Namespace of the ModelDeployment: a label of the metrics. Default: default.",
            (o, v) => o with { Identity = o.Identity with { Namespace = v } }),
        new("model", InferenceEnvironment.Model, "Name of the model, also in paths: 1 to 253 letters, digits, '-', '_' and '.'. Default: model.",
            (o, v) => o with { Identity = o.Identity with { Model = ReadName(v) } }),
        new("revision", InferenceEnvironment.Revision, "Name of the revision, the V2 version: 1 to 253 letters, digits, '-', '_' and '.'. Default: local.",
            (o, v) => o with { Identity = o.Identity with { Revision = ReadName(v) } }),
        new("model-uri", InferenceEnvironment.ModelUri, "file:///…, http(s)://… or s3://… of the ONNX file, or of its folder when it ends in '/'; oci://… of an artifact or image; models:/… of MLflow. Required.",
            (o, v) => o with { ModelUri = ReadUri(v) }),
        new("model-sha256", InferenceEnvironment.ModelSha256, "Hex sha256 that the ONNX file must have. Default: not checked.",
            (o, v) => o with { ModelSha256 = ReadDigest(v) }),
        new("metadata-sha256", InferenceEnvironment.MetadataSha256, "Hex sha256 that metadata.json must have. Default: not checked.",
            (o, v) => o with { MetadataSha256 = ReadDigest(v) }),
        new("baseline-sha256", InferenceEnvironment.BaselineSha256, "Hex sha256 that baseline.json must have. Default: not checked.",
            (o, v) => o with { BaselineSha256 = ReadDigest(v) }),
        new("golden-sha256", InferenceEnvironment.GoldenSha256, "Hex sha256 that golden.json must have. Default: not checked.",
            (o, v) => o with { GoldenSha256 = ReadDigest(v) }),
        new("cache-directory", InferenceEnvironment.CacheDirectory, "Folder for downloaded models. Default: canario-models in the temporary folder.",
            (o, v) => o with { CacheDirectory = v }),
        new("s3-endpoint", "AWS_ENDPOINT_URL_S3", "http(s)://… of an S3 server that is not AWS's. Default: AWS_ENDPOINT_URL, else AWS.",
            (o, v) => o with { Sources = o.Sources with { S3Endpoint = ReadWeb(v) } }),
        new("s3-region", "AWS_REGION", "Region of the bucket. Default: AWS_DEFAULT_REGION, else us-east-1.",
            (o, v) => o with { Sources = o.Sources with { S3Region = v } }),
        new("s3-path-style", "S3_PATH_STYLE", "true: the bucket stands in the path, false: in the host's name. Default: true with an endpoint (--s3-endpoint or AWS_ENDPOINT_URL) or a dot in the bucket's name, else false.",
            (o, v) => o with { Sources = o.Sources with { S3PathStyle = v switch { "true" => true, "false" => false, _ => throw new ConfigurationException($"'{v}' is neither true nor false") } } }),
        new("oci-insecure-registries", "OCI_INSECURE_REGISTRIES", "Registries, host[:port] separated by commas, that are spoken to in clear text. Default: those on this machine.",
            (o, v) => o with { Sources = o.Sources with { InsecureRegistries = v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) } }),
        new("oci-auth-file", "REGISTRY_AUTH_FILE", "Docker's config.json with the registries' users; the environment variable DOCKER_AUTH_CONFIG may hold its content. Default: none.",
            (o, v) => o with { Sources = o.Sources with { RegistryAuthFile = v } }),
        new("mlflow-tracking-uri", "MLFLOW_TRACKING_URI", "http(s)://… of MLflow, for models:/… addresses. Default: none.",
            (o, v) => o with { Sources = o.Sources with { MlflowTrackingUri = ReadWeb(v) } }),
        new("threads", InferenceEnvironment.Threads, "Threads of one run, 0 to 256; 0: one a core. Default: 1.",
            (o, v) => o with { Threads = (int)ReadWhole(v, 0, 256) }),
        new("batch-rows", "CANARIO_BATCH_ROWS", "Most rows of requests under way at once that are run together, where that pays, 1 to 65536; 1: never. Default: 64.",
            (o, v) => o with { BatchRows = (int)ReadWhole(v, 1, 65536) }),
        new("queued-requests", "CANARIO_QUEUED_REQUESTS", "Requests that may wait for a run, 1 to 1000000; more are answered 503. Default: 1024.",
            (o, v) => o with { QueuedRequests = (int)ReadWhole(v, 1, 1_000_000) }),
        new("golden-failure-seconds", "CANARIO_GOLDEN_FAILURE_SECONDS", "Seconds that a server whose warm-up or golden requests fail stays up, not ready, with the difference in /health, 0 to 3600. Default: 10.",
            (o, v) => o with { GoldenFailureShown = TimeSpan.FromSeconds(ReadWhole(v, 0, 3600)) }),
        new("drain-seconds", InferenceEnvironment.DrainSeconds, "Seconds from SIGTERM to the first refused connection, 0 to 3600. Default: 5.",
            (o, v) => o with { Drain = TimeSpan.FromSeconds(ReadWhole(v, 0, 3600)) }),
        new("address", "CANARIO_ADDRESS", "IP address to listen on; *: all. Default: *.",
            (o, v) => o with { Address = v }),
        new("http-port", "CANARIO_HTTP_PORT", "Port of REST, health and metrics; 0: any free one. Default: 8080.",
            (o, v) => o with { HttpPort = (int)ReadWhole(v, 0, 65535) }),
        new("grpc-port", "CANARIO_GRPC_PORT", "Port of gRPC, HTTP/2 in clear text; 0: any free one. Default: the HTTP port plus one.",
            (o, v) => o with { GrpcPort = (int)ReadWhole(v, 0, 65535) }),
        new("max-model-bytes", "CANARIO_MAX_MODEL_BYTES", "Largest model that is fetched. Default: 16 GiB.",
            (o, v) => o with { MaximumModelBytes = ReadWhole(v, 1, long.MaxValue) }),
        new("fetch-timeout-seconds", "CANARIO_FETCH_TIMEOUT_SECONDS", "Seconds for fetching the model, all attempts together, 1 to 86400. Default: 1800.",
            (o, v) => o with { FetchTimeout = TimeSpan.FromSeconds(ReadWhole(v, 1, 86400)) }),
        new("fetch-attempts", "CANARIO_FETCH_ATTEMPTS", "Attempts at fetching a file, 1 to 20. Default: 5.",
            (o, v) => o with { FetchAttempts = (int)ReadWhole(v, 1, 20) }),
        new("max-connections", "CANARIO_MAX_CONNECTIONS", "Connections of clients at once; one more is closed. Default: 10000.",
            (o, v) => o with { Limits = o.Limits with { MaximumConnections = (int)ReadWhole(v, 1, 1_000_000) } }),
        new("max-body-bytes", "CANARIO_MAX_BODY_BYTES", "Largest request body. Default: 32 MiB.",
            (o, v) => o with { Limits = o.Limits with { MaximumBodyBytes = ReadWhole(v, 1, 1 << 30) } }),
        new("max-rows", "CANARIO_MAX_ROWS", "Most rows in one request. Default: 4096.",
            (o, v) => o with { Limits = o.Limits with { MaximumRows = (int)ReadWhole(v, 1, 10_000_000) } }),
        new("max-string-bytes", "CANARIO_MAX_STRING_BYTES", "Longest string in a request. Default: 64 KiB.",
            (o, v) => o with { Limits = o.Limits with { MaximumStringBytes = (int)ReadWhole(v, 1, 1 << 30) } }),
        new("max-line-bytes", "CANARIO_MAX_LINE_BYTES", "Longest row of a stream or of a batch's input, 1 to 268435456. Default: 1 MiB.",
            (o, v) => o with { Limits = o.Limits with { MaximumLineBytes = (int)ReadWhole(v, 1, 256 << 20) } }),
        new("stream-idle-seconds", "CANARIO_STREAM_IDLE_SECONDS", "Seconds that a stream of rows may stand still before it is ended, 1 to 86400. Default: 60.",
            (o, v) => o with { StreamIdle = TimeSpan.FromSeconds(ReadWhole(v, 1, 86400)) }),
        new("feedback-predictions", "CANARIO_FEEDBACK_PREDICTIONS", "Last predictions that /feedback can be about, 0 to 10000000; 0: none. Default: 10000.",
            (o, v) => o with { FeedbackPredictions = (int)ReadWhole(v, 0, 10_000_000) }),
        new("feedback-window-seconds", "CANARIO_FEEDBACK_WINDOW_SECONDS", "Seconds that a prediction waits for its feedback, 1 to 31536000. Default: 3600.",
            (o, v) => o with { FeedbackWindow = TimeSpan.FromSeconds(ReadWhole(v, 1, 31_536_000)) }),
        new("prediction-log", "CANARIO_PREDICTION_LOG", "stdout, file:///… or http(s)://… that gets predictions with their features as CloudEvents, sensitive features left out. Default: none.",
            (o, v) => o with { PredictionLog = ReadSink(v) }),
        new("prediction-log-share", "CANARIO_PREDICTION_LOG_SHARE", "Share of the predictions that are logged, 0 to 1. Default: 1.",
            (o, v) => o with { PredictionLogShare = ReadShare(v) }),
        new("prediction-log-file-bytes", "CANARIO_PREDICTION_LOG_FILE_BYTES", "Size at which a prediction log's file is kept as .1 and begun anew. Default: 256 MiB.",
            (o, v) => o with { PredictionLogFileBytes = ReadWhole(v, 1 << 16, long.MaxValue) }),
        new("api-keys-file", "CANARIO_API_KEYS_FILE", "File of API keys, one a line, read again when it changes. Default: no key is required.",
            (o, v) => o with { ApiKeysFile = v }),
        new("requests-per-second", "CANARIO_REQUESTS_PER_SECOND", "Of one client, known by its key or else its address, 0 to 1000000; 0: no limit. Default: 0.",
            (o, v) => o with { RequestsPerSecond = (int)ReadWhole(v, 0, 1_000_000) }),
        new("request-burst", "CANARIO_REQUEST_BURST", "Requests that a client may send at once, 0 to 1000000; 0: those of a second. Default: 0.",
            (o, v) => o with { RequestBurst = (int)ReadWhole(v, 0, 1_000_000) }),
        new("tls-certificate-file", "CANARIO_TLS_CERTIFICATE_FILE", "PEM file with the certificate and its chain, read again when it changes; both ports then speak TLS. Default: clear text.",
            (o, v) => o with { TlsCertificateFile = v }),
        new("tls-key-file", "CANARIO_TLS_KEY_FILE", "PEM file with the certificate's key. Default: none.",
            (o, v) => o with { TlsKeyFile = v }),
        new("termination-log", "CANARIO_TERMINATION_LOG", "Existing file that gets the reason of a failure. Default: /dev/termination-log.",
            (o, v) => o with { TerminationLog = v }),
        new("log-level", "CANARIO_LOG_LEVEL", "trace, debug, information, warning, error or critical. Default: information.",
            (o, v) => o with { LogLevel = ReadLogLevel(v) }),
    ];

    /// <summary>A name stands in paths, where a '/' or ':' divides, '%', '?' and '#' mean something else, and '.' and '..' are taken out.</summary>
    private static string ReadName(string value)
    {
        if (value.Length is > 0 and <= LongestName && value is not ("." or "..") && !value.AsSpan().ContainsAnyExcept(s_nameCharacters)) return value;
        // It may be anything: a line of the log stays one.
        string shown = string.Concat(value.Take(ShownName).Select(c => char.IsControl(c) ? '\uFFFD' : c));
        throw new ConfigurationException($"'{shown}{(value.Length > ShownName ? "…" : "")}' is not 1 to {LongestName} letters, digits, '-', '_' and '.', nor may it be '.' or '..': it stands in paths");
    }

    private static Uri ReadUri(string value)
    {
        if (!Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("file" or "http" or "https" or "s3" or "oci" or "models"))
            throw new ConfigurationException($"'{value}' is not a file:///…, http(s)://…, s3://…, oci://… or models:/… address");
        // A folder: the model has its usual name in it.
        if (uri.Scheme == "s3") return ReadS3(value.Trim());
        if (!uri.AbsolutePath.EndsWith('/') || uri.Scheme is "oci" or "models") return uri;
        return new UriBuilder(uri) { Path = uri.AbsolutePath + ModelFiles.Model }.Uri;
    }

    // By its text: a key may hold what a URI's path is shortened at.
    private static Uri ReadS3(string value)
    {
        int end = value.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? query : value.Length;
        return new Uri(value[..end].EndsWith('/') ? value.Insert(end, ModelFiles.Model) : value);
    }

    private static Uri ReadWeb(string value) => Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
        ? uri
        : throw new ConfigurationException($"'{value}' is not an http(s)://… address");

    private static string ReadSink(string value) =>
        value == "stdout" || (Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme is "file" or "http" or "https")
            ? value
            : throw new ConfigurationException($"'{value}' is neither stdout nor a file:///… or http(s)://… address");

    private static double ReadShare(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 1
            ? share
            : throw new ConfigurationException($"'{value}' is not a number from 0 to 1");

    private static string ReadDigest(string value)
    {
        if (value.Length == 0) return value;
        if (value.Length != 64 || !value.All(char.IsAsciiHexDigit)) throw new ConfigurationException($"'{value}' is not a sha256: 64 hex digits");
        return value.ToLowerInvariant();
    }

    private static long ReadWhole(string value, long minimum, long maximum)
    {
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= minimum && number <= maximum)
            return number;
        throw new ConfigurationException($"'{value}' is not a whole number from {minimum} to {maximum}");
    }

    private static LogLevel ReadLogLevel(string value) =>
        Enum.TryParse(value, ignoreCase: true, out LogLevel level) && level is >= LogLevel.Trace and <= LogLevel.Critical && !char.IsAsciiDigit(value[0])
            ? level
            : throw new ConfigurationException($"'{value}' is none of trace, debug, information, warning, error, critical");
}
