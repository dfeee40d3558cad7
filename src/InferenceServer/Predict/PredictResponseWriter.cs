using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Predict;

/// <summary>Writes the answer of <c>/predict</c>.</summary>
internal static class PredictResponseWriter
{
    public static void Write(JsonOutput output, ServedModel model, InferenceCall call, bool many, string requestId)
    {
        ResultColumn[] results = [.. model.Results.Select(plan => ResultColumn.Read(plan, call, plan.Output))];
        output.Raw("{\"model\":"u8).Text(model.Name)
            .Raw(",\"revision\":"u8).Text(model.Revision)
            .Raw(",\"request_id\":"u8).Text(requestId);
        if (!many)
        {
            output.Raw(","u8);
            WriteRow(output, results, 0);
            output.Raw("}"u8);
            return;
        }

        output.Raw(",\"predictions\":["u8);
        for (int row = 0; row < call.Rows; row++)
        {
            output.Raw(row == 0 ? "{"u8 : ",{"u8);
            WriteRow(output, results, row);
            output.Raw("}"u8);
        }

        output.Raw("]}"u8);
    }

    /// <summary>The prediction is the label where the model gives one, else the likeliest class, else the first value; further values have their names.</summary>
    private static void WriteRow(JsonOutput output, ResultColumn[] results, int row)
    {
        ResultColumn? probabilities = results.FirstOrDefault(result => result.Plan.Kind == OutputKind.Probabilities);
        ResultColumn primary = results.FirstOrDefault(result => result.Plan.Kind == OutputKind.Label) ?? probabilities ?? results[0];
        output.Raw("\"prediction\":"u8);
        WritePrediction(output, primary, probabilities, row);
        if (probabilities is not null)
        {
            output.Raw(",\"probabilities\":{"u8);
            for (int i = 0; i < probabilities.Columns; i++)
            {
                if (i > 0) output.Raw(","u8);
                output.Text(probabilities.ClassName(i)).Raw(":"u8);
                probabilities.WriteElement(output, row, i);
            }

            output.Raw("}"u8);
        }

        ResultColumn[] others = [.. results.Where(result => result != primary && result != probabilities)];
        if (others.Length == 0) return;
        output.Raw(",\"outputs\":{"u8);
        for (int i = 0; i < others.Length; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Text(others[i].Plan.Name).Raw(":"u8);
            others[i].WriteRow(output, row);
        }

        output.Raw("}"u8);
    }

    private static void WritePrediction(JsonOutput output, ResultColumn primary, ResultColumn? probabilities, int row)
    {
        switch (primary.Plan.Kind)
        {
            case OutputKind.Probabilities:
                output.Text(primary.ClassName(primary.LikeliestClass(row)));
                break;
            // A label as an index gets its name from its own classes, or from those of the probabilities beside it.
            case OutputKind.Label when primary.Texts is null && (primary.Plan.Classes.Count > 0 || probabilities?.Plan.Classes.Count > 0):
                OutputPlan names = primary.Plan.Classes.Count > 0 ? primary.Plan : probabilities!.Plan;
                output.Text(names.ClassName(primary.WholeAt(row)));
                break;
            default:
                primary.WriteRow(output, row);
                break;
        }
    }
}
