namespace Canario.Kubernetes;

/// <summary>Why a call failed, as far as callers act on it differently.</summary>
public enum KubernetesError
{
    /// <summary>Anything else; see the status code and message.</summary>
    Other,
    NotFound,
    /// <summary>Another writer was first, or owns a field that was applied without force.</summary>
    Conflict,
    AlreadyExists,
    /// <summary>The object is refused; <see cref="KubernetesException.Causes"/> says which fields and why.</summary>
    Invalid,
    /// <summary>The request itself makes no sense to the server (400, 405, 415, 422 without causes).</summary>
    BadRequest,
    /// <summary>The resource version or continue token is too old: list again.</summary>
    Gone,
    Forbidden,
    Unauthorized,
    /// <summary>Slow down; <see cref="KubernetesException.RetryAfter"/> says for how long. The client has already retried.</summary>
    TooManyRequests,
    /// <summary>No answer, a time-out, or a server that is not ready. Whether a write took place is unknown.</summary>
    Unavailable,
}
