namespace Canario.Router.Forwarding;

/// <summary>Why a request got no answer from a model: the x-canario-error header and the <c>reason</c> label.</summary>
internal static class Reasons
{
    public const string NotConfigured = "not_configured";
    public const string BadRequest = "bad_request";
    public const string NoEndpoint = "no_ready_endpoint";
    public const string ConnectFailed = "connect_failed";
    public const string ConnectionLost = "connection_lost";
    public const string StaleConnection = "stale_connection";
    public const string BadResponse = "bad_response";
    public const string Timeout = "timeout";
    public const string ClientGone = "client_gone";

    public static string[] All { get; } =
        [NotConfigured, BadRequest, NoEndpoint, ConnectFailed, ConnectionLost, StaleConnection, BadResponse, Timeout, ClientGone];
}
