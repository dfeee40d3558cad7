using System.Net;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes;

/// <summary>A call that the API server refused or did not answer.</summary>
public sealed class KubernetesException : Exception
{
    public KubernetesException()
        : this("The API server did not do what was asked.")
    {
    }

    public KubernetesException(string message)
        : base(message)
    {
    }

    public KubernetesException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal KubernetesException(KubernetesError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    public KubernetesError Error { get; init; }
    /// <summary>Absent when there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; init; }
    /// <summary>The server's own word, such as <c>NotFound</c>.</summary>
    public string? Reason { get; init; }
    /// <summary>Field, message and reason of each refusal; the conflicting field managers of an apply.</summary>
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];
    public TimeSpan? RetryAfter { get; init; }

    internal static KubernetesException From(HttpStatusCode code, Status? status, TimeSpan? retryAfter, string request)
    {
        var message = status?.Message is { Length: > 0 } text ? text : $"HTTP status {(int)code}";
        return new KubernetesException(Classify(code, status), $"{request}: {message}")
        {
            StatusCode = code,
            Reason = status?.Reason,
            Causes = status?.Details?.Causes ?? [],
            RetryAfter = retryAfter ?? (status?.Details?.RetryAfterSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null),
        };
    }

    private static KubernetesError Classify(HttpStatusCode code, Status? status) => (code, status?.Reason) switch
    {
        (_, "AlreadyExists") => KubernetesError.AlreadyExists,
        (_, "Expired" or "Gone") or (HttpStatusCode.Gone, _) => KubernetesError.Gone,
        (HttpStatusCode.NotFound, _) => KubernetesError.NotFound,
        (HttpStatusCode.Conflict, _) => KubernetesError.Conflict,
        (HttpStatusCode.UnprocessableEntity, _) => KubernetesError.Invalid,
        (HttpStatusCode.Forbidden, _) => KubernetesError.Forbidden,
        (HttpStatusCode.Unauthorized, _) => KubernetesError.Unauthorized,
        (HttpStatusCode.TooManyRequests, _) => KubernetesError.TooManyRequests,
        (HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.BadGateway or HttpStatusCode.InternalServerError, _) => KubernetesError.Unavailable,
        ( >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError, _) => KubernetesError.BadRequest,
        _ => KubernetesError.Other,
    };
}
