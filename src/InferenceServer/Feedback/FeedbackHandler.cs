using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Security;

namespace Canario.InferenceServer.Feedback;

/// <summary>Answers <c>/feedback</c>: one item by its status, many by a list of those that were not taken.</summary>
internal sealed class FeedbackHandler(ServerOptions options, ServerState state, Admission admission, RequestFailures failures)
{
    public async Task HandleAsync(HttpContext context, string requestId)
    {
        ServedModel? model = state.Model;
        try
        {
            admission.Admit(context);
            if (model is null) throw new RequestException(StatusCodes.Status503ServiceUnavailable, "the model is not loaded yet");
            ModelFeedback feedback = model.Feedback ?? throw new RequestException(StatusCodes.Status404NotFound, "feedback is off: --feedback-predictions is 0");
            using RequestBody body = await RequestBody.ReadAsync(context, options.Limits.MaximumBodyBytes);
            var items = new List<FeedbackItem>();
            JsonOutput output = Parse(body.Bytes.Span, items) ? TakeAll(feedback, items) : TakeOne(feedback, items[0]);
            await Answers.WriteAsync(context, StatusCodes.Status200OK, output.Written);
        }
        catch (Exception e)
        {
            (int code, string message) = failures.Report(e, model, context, requestId);
            if (code != StatusCodes.Status499ClientClosedRequest) await Answers.WriteErrorAsync(context, code, message);
        }
    }

    private bool Parse(ReadOnlySpan<byte> body, List<FeedbackItem> items)
    {
        var cursor = new JsonCursor(body, options.Limits.MaximumStringBytes);
        return FeedbackParser.Parse(ref cursor, items, options.Limits);
    }

    private static JsonOutput TakeOne(ModelFeedback feedback, FeedbackItem item)
    {
        feedback.Take(item);
        return new JsonOutput().Raw("{\"accepted\":1}"u8);
    }

    private static JsonOutput TakeAll(ModelFeedback feedback, List<FeedbackItem> items)
    {
        var refused = new JsonOutput();
        int accepted = 0;
        for (int i = 0; i < items.Count; i++)
        {
            try
            {
                feedback.Take(items[i]);
                accepted++;
            }
            catch (RequestException e)
            {
                if (refused.Length > 0) refused.Raw(","u8);
                refused.Raw("{\"item\":"u8).Number(i).Raw(",\"request_id\":"u8).Text(items[i].RequestId).Raw(",\"row\":"u8).Number(items[i].Row)
                    .Raw(",\"status\":"u8).Number(e.Status).Raw(",\"error\":"u8).Text(e.Message).Raw("}"u8);
            }
        }

        return new JsonOutput().Raw("{\"accepted\":"u8).Number(accepted).Raw(",\"refused\":["u8).Raw(refused.Written.Span).Raw("]}"u8);
    }
}
