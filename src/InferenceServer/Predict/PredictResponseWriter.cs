using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Predict;

/// <summary>Writes the answer of <c>/predict</c>.</summary>
internal static class PredictResponseWriter
{
    /// <returns>What was written.</returns>
    public static PredictionColumns Write(JsonOutput output, ServedModel model, InferenceCall call, bool many, string requestId)
    {
        PredictionColumns predictions = PredictionColumns.Read(model, call);
        output.Raw("{\"model\":"u8).Text(model.Name)
            .Raw(",\"revision\":"u8).Text(model.Revision)
            .Raw(",\"request_id\":"u8).Text(requestId);
        if (!many)
        {
            output.Raw(","u8);
            predictions.WriteRow(output, 0);
            output.Raw("}"u8);
            return predictions;
        }

        output.Raw(",\"predictions\":["u8);
        for (int row = 0; row < call.Rows; row++)
        {
            output.Raw(row == 0 ? "{"u8 : ",{"u8);
            predictions.WriteRow(output, row);
            output.Raw("}"u8);
        }

        output.Raw("]}"u8);
        return predictions;
    }
}
