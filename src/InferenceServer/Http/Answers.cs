using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Http;

/// <summary>Writes answers: the length known, one write.</summary>
internal static class Answers
{
    public static async ValueTask WriteAsync(HttpContext context, int status, JsonOutput output)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = output.Written.Length;
        await response.BodyWriter.WriteAsync(output.Written, context.RequestAborted);
    }

    /// <summary>The error shape of the Open Inference Protocol, on every path.</summary>
    public static async ValueTask WriteErrorAsync(HttpContext context, int status, string message)
    {
        if (context.Response.HasStarted) return;
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "1";
        JsonOutput output = new JsonOutput().Raw("{\"error\":"u8).Text(message).Raw("}"u8);
        try
        {
            await WriteAsync(context, status, output);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client is gone.
        }
    }
}
