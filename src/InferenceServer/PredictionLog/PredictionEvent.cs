using System.Diagnostics;
using System.Globalization;
using System.Text;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.PredictionLog;

/// <summary>Writes rows with their predictions as a CloudEvent (1.0, structured JSON). Features marked sensitive are left out.</summary>
internal static class PredictionEvent
{
    public const string Type = "dev.canario.prediction";

    // An event is for looking into, not a copy of the traffic.
    private const int MostBytes = 64 << 10;

    // Other processes of this revision have the same source: source and id together name an event, and receivers drop what they have seen.
    private static readonly byte[] s_process = Encoding.ASCII.GetBytes($"{Guid.CreateVersion7():N}-");
    private static long s_events;

    /// <param name="output">Gets the event.</param>
    /// <param name="model">Has named features.</param>
    /// <param name="call">Holds the rows' features, after the run.</param>
    /// <param name="predictions">Of the run.</param>
    /// <param name="slot">Of the first row in both.</param>
    /// <param name="rows">How many.</param>
    /// <param name="requestId">That the client knows the rows by.</param>
    /// <param name="row">Number of the first row in a stream; null: no stream.</param>
    /// <param name="now">When it was predicted.</param>
    public static void Write(JsonOutput output, ServedModel model, InferenceCall call, PredictionColumns predictions, int slot, int rows, string requestId, long? row, DateTimeOffset now)
    {
        // Not the request's id, which clients may give twice; data has that.
        output.Raw("{\"specversion\":\"1.0\",\"id\":\""u8).Raw(s_process).Number(Interlocked.Increment(ref s_events))
            .Raw("\",\"source\":"u8).Text($"/canario/{Uri.EscapeDataString(model.Identity.Namespace)}/{Uri.EscapeDataString(model.Name)}/{Uri.EscapeDataString(model.Revision)}")
            .Raw(",\"type\":"u8).Text(Type)
            .Raw(",\"time\":"u8).Text(now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture))
            .Raw(",\"datacontenttype\":\"application/json\""u8);
        // CloudEvents' extension for distributed tracing.
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id }) output.Raw(",\"traceparent\":"u8).Text(id);
        output.Raw(",\"data\":{\"model\":"u8).Text(model.Name).Raw(",\"revision\":"u8).Text(model.Revision).Raw(",\"request_id\":"u8).Text(requestId);
        if (row is { } number) output.Raw(",\"row\":"u8).Number(number);
        output.Raw(",\"rows\":"u8).Number(rows).Raw(",\"instances\":["u8);
        for (int i = 0; i < rows && (i == 0 || output.Length < MostBytes); i++)
        {
            output.Raw(i == 0 ? "{\"features\":{"u8 : ",{\"features\":{"u8);
            WriteFeatures(output, model.Features!, call, slot + i);
            output.Raw("},"u8);
            predictions.WriteRow(output, slot + i);
            output.Raw("}"u8);
        }

        output.Raw("]}}"u8);
    }

    private static void WriteFeatures(JsonOutput output, FeaturePlan plan, InferenceCall call, int row)
    {
        bool first = true;
        for (int i = 0; i < plan.Features.Length; i++)
        {
            PlannedFeature feature = plan.Features[i];
            if (feature.Schema.Sensitive) continue;
            if (!first) output.Raw(","u8);
            first = false;
            output.Text(feature.Name).Raw(":"u8);
            int cell = row * plan.Features.Length + i;
            if (cell < call.Missing.Length && call.Missing[cell]) output.Raw("null"u8);
            else WriteValue(output, feature, call.Inputs[feature.Input], row * feature.Columns + feature.Column);
        }
    }

    private static void WriteValue(JsonOutput output, PlannedFeature feature, InputTensor tensor, int index)
    {
        switch (feature.Kind)
        {
            case FeatureKind.CategoryText:
                output.Text(tensor.Texts(index + 1)[index]);
                break;
            case FeatureKind.CategoryIndex:
                output.Text(feature.Schema.Categories[(int)ElementAccess.Get(tensor, index)]);
                break;
            case FeatureKind.CategoryOneHot:
                int hot = 0;
                while (ElementAccess.Get(tensor, index + hot) == 0) hot++;
                output.Text(feature.Schema.Categories[hot]);
                break;
            case FeatureKind.Boolean:
                output.Raw(ElementAccess.Get(tensor, index) != 0 ? "true"u8 : "false"u8);
                break;
            case var _ when tensor.Type == TensorElementType.Float:
                output.Real(tensor.Elements<float>(index + 1)[index]);
                break;
            default:
                output.Real(ElementAccess.Get(tensor, index));
                break;
        }
    }
}
