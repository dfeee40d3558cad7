using System.Globalization;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.V2;

namespace Canario.InferenceServer.Http;

/// <summary>Writes answers: the length known, one write.</summary>
internal static class Answers
{
    /// <param name="context">Of the request.</param>
    /// <param name="status">Of the answer.</param>
    /// <param name="body">All of it.</param>
    /// <param name="jsonBytes">Where raw tensors begin after the JSON; null: there are none.</param>
    public static async ValueTask WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body, int? jsonBytes = null)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = jsonBytes is null ? "application/json" : "application/octet-stream";
        if (jsonBytes is { } length) response.Headers[V2Headers.JsonLength] = length.ToString(CultureInfo.InvariantCulture);
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The error shape of the Open Inference Protocol, on every path.</summary>
    public static async ValueTask WriteErrorAsync(HttpContext context, int status, string message)
    {
        if (context.Response.HasStarted) return;
        if (status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests) context.Response.Headers.RetryAfter = "1";
        JsonOutput output = new JsonOutput().Raw("{\"error\":"u8).Text(message).Raw("}"u8);
        try
        {
            await WriteAsync(context, status, output.Written);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client is gone.
        }
    }
}
