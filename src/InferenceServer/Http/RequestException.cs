namespace Canario.InferenceServer.Http;

/// <summary>A request that is answered with an error: the status and a message that is safe to show and to log.</summary>
#pragma warning disable CA1032 // An error without a status does not exist here.
internal sealed class RequestException(int status, string message) : Exception(message)
#pragma warning restore CA1032
{
    public int Status { get; } = status;

    public static RequestException Bad(string message) => new(StatusCodes.Status400BadRequest, message);
}
