using System.Text.Json;
using Canario.Contract;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.InferenceServer.V2;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Models;

/// <summary>Asks a loaded model what it must know, by the same code that answers users, before any user can.</summary>
internal static class GoldenCheck
{
    private const string RequestId = "golden";

    /// <exception cref="ModelLoadException">An answer differs; the message says which, where and by how much.</exception>
    public static void Require(ServedModel model, ModelGolden golden, RequestLimits limits)
    {
        if (golden.Requests is null) throw new ModelLoadException(ExitCodes.WarmUpFailed, $"{ModelFiles.Golden}: 'requests' is null; a list is expected");
        for (int i = 0; i < golden.Requests.Count; i++)
        {
            GoldenRequest request = golden.Requests[i] ?? throw Wrong(i, "is null; an object with 'expect' and one of 'predict' and 'infer' is expected");
            double tolerance = request.Tolerance ?? golden.Tolerance;
            if (!(tolerance >= 0)) throw Wrong(i, $"has tolerance {tolerance}; it takes 0 or more");
            using JsonDocument answer = Answer(model, request, limits, i);
            if (JsonDifference.Find(request.Expect, answer.RootElement, tolerance) is { } difference) throw Wrong(i, difference);
        }
    }

    private static JsonDocument Answer(ServedModel model, GoldenRequest request, RequestLimits limits, int index)
    {
        if (request.Predict is null == request.Infer is null) throw Wrong(index, "takes one of 'predict' and 'infer'");
        InferenceCall call = model.Rent();
        try
        {
            if (request.Predict is { } features) Predict(model, call, features, limits);
            else Infer(model, call, request.Infer!.Value, limits);
            return JsonDocument.Parse(call.Json.Written.ToArray());
        }
        catch (RequestException e)
        {
            throw Wrong(index, $"is refused: {e.Message}");
        }
        catch (OnnxRuntimeException e)
        {
            throw Wrong(index, $"makes the model fail: {RequestFailures.Describe(e, model)}");
        }
        finally
        {
            model.Return(call);
        }
    }

    // Not by the executor: what is asked here is no traffic, and must not count as such.
    private static void Predict(ServedModel model, InferenceCall call, JsonElement body, RequestLimits limits)
    {
        FeaturePlan plan = model.Features ?? throw RequestException.Bad($"the model has no named features: {ModelFiles.Metadata} lists none");
        var cursor = new JsonCursor(Utf8(body), limits.MaximumStringBytes);
        bool many = PredictRequestParser.Parse(ref cursor, call, plan, limits);
        call.Run(model.RunOf(null));
        PredictResponseWriter.Write(call.Json, model, call, many, RequestId);
    }

    private static void Infer(ServedModel model, InferenceCall call, JsonElement body, RequestLimits limits)
    {
        var cursor = new JsonCursor(Utf8(body), limits.MaximumStringBytes);
        V2Request request = V2RequestParser.Parse(ref cursor, new BinarySection([]), call, model.Outputs, limits);
        if (model.Features is { } plan) FeatureCheck.Require(call, plan);
        call.Run(model.RunOf(request.Outputs));
        // Raw bytes could not be compared with numbers.
        V2ResponseWriter.Write(call.Json, model, call, request with { BinaryByDefault = false, BinaryChoices = null }, RequestId);
    }

    private static byte[] Utf8(JsonElement body) => System.Text.Encoding.UTF8.GetBytes(body.GetRawText());

    private static ModelLoadException Wrong(int index, string what) =>
        new(ExitCodes.WarmUpFailed, $"{ModelFiles.Golden}: request {index} {what}");
}
