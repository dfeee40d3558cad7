using System.Diagnostics;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Http;

/// <summary>Says of an exception what the client is told and what is counted, the same for every protocol, and logs it.</summary>
internal sealed partial class RequestFailures(ILogger<RequestFailures> logger)
{
    /// <param name="exception">What ended the request.</param>
    /// <param name="model">Null: not loaded.</param>
    /// <param name="context">Of the request.</param>
    /// <param name="requestId">For the log.</param>
    /// <param name="call">That failed, with its inputs; null: none did.</param>
    /// <returns>An HTTP status and a message that is safe to show; 499: there is nobody to tell.</returns>
    public (int Code, string Message) Report(Exception exception, ServedModel? model, HttpContext context, string requestId, InferenceCall? call = null)
    {
        // The lines below belong to the caller's trace.
        using Activity? trace = RequestTrace.Continue(context);
        switch (exception)
        {
            case RequestException refused:
                Log.Refused(logger, requestId, refused.Status, refused.Message);
                return (refused.Status, refused.Message);
            // Nobody reads an answer, and it is no error of the model.
            case var _ when context.RequestAborted.IsCancellationRequested:
            case OperationCanceledException or IOException and not BadHttpRequestException:
            case BadHttpRequestException cut when IsCutOff(cut):
                return (StatusCodes.Status499ClientClosedRequest, "the client is gone");
            case BadHttpRequestException bad:
                return (bad.StatusCode, bad.Message);
            case OnnxRuntimeException when call is not null && ShapeCheck.FindDisagreement(call.Inputs) is { } disagreement:
                Log.Refused(logger, requestId, StatusCodes.Status400BadRequest, disagreement);
                return (StatusCodes.Status400BadRequest, disagreement);
            case OnnxRuntimeException failed:
                string reason = Describe(failed, model);
                Log.Failed(logger, requestId, reason);
                return (StatusCodes.Status500InternalServerError, reason);
            default:
                Log.Broken(logger, requestId, exception.GetType().Name, exception.StackTrace ?? "");
                return (StatusCodes.Status500InternalServerError, "internal error");
        }
    }

    /// <summary>The connection ended inside the body: Kestrel closes it and says so before, or after, the request counts as aborted.</summary>
    /// <param name="bad">Kestrel gives this reason the status of bad framing; its words alone tell them apart.</param>
    public static bool IsCutOff(BadHttpRequestException bad) => bad.Message == "Unexpected end of request content.";

    /// <summary>ONNX Runtime's message may hold a value of the input: not where one is sensitive.</summary>
    public static string Describe(OnnxRuntimeException failed, ServedModel? model) => model?.HasSensitiveFeatures != false
        ? $"the model failed on this input ({failed.Code})"
        : $"the model failed on this input ({failed.Code}): {failed.Message}";

    private static partial class Log
    {
        [LoggerMessage(40, LogLevel.Information, "Refused request {RequestId} with {Code}: {Reason}")]
        public static partial void Refused(ILogger logger, string requestId, int code, string reason);

        [LoggerMessage(41, LogLevel.Error, "Request {RequestId} failed: {Reason}")]
        public static partial void Failed(ILogger logger, string requestId, string reason);

        // Without the exception's message: it could hold a value of the request.
        [LoggerMessage(42, LogLevel.Error, "Request {RequestId} failed inside the server: {Kind}\n{Trace}")]
        public static partial void Broken(ILogger logger, string requestId, string kind, string trace);
    }
}
