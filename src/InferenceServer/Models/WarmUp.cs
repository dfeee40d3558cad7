using System.Diagnostics;
using Canario.Contract;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Models;

/// <summary>Runs a model on made-up inputs before it is ready, so that the first user does not pay for it, and measures a run.</summary>
internal static class WarmUp
{
    private const int Runs = 20;

    /// <returns>The shortest of a few runs.</returns>
    /// <exception cref="ModelLoadException">A run failed although the model fixes all but the batch size.</exception>
    public static TimeSpan Run(ServedModel model)
    {
        InferenceCall call = model.Rent();
        try
        {
            foreach (InputTensor input in call.Inputs) Fill(input, model.Features);
            TimeSpan shortest = TimeSpan.MaxValue;
            long begun = Stopwatch.GetTimestamp();
            for (int i = 0; i < Runs && (i < 2 || Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(2)); i++)
            {
                long start = Stopwatch.GetTimestamp();
                RunOnce(model, call);
                TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
                if (elapsed < shortest) shortest = elapsed;
            }

            model.SetWarmUp(shortest, call.ElementCount);
            return shortest;
        }
        catch (OnnxRuntimeException e) when (model.Inputs.All(input => input.Shape.Skip(1).All(size => size >= 0)))
        {
            throw new ModelLoadException(ExitCodes.WarmUpFailed, $"the model failed on a warm-up request: {e.Message}");
        }
        catch (OnnxRuntimeException)
        {
            // The sizes of its open dimensions were guessed, so the failure may be the guess's: serve, and treat it as slow.
            return TimeSpan.Zero;
        }
        finally
        {
            model.Return(call);
        }
    }

    private static void RunOnce(ServedModel model, InferenceCall call)
    {
        call.Run(model.RunOf(null));
        call.ReleaseOutputs();
    }

    /// <summary>Gives an input values that the model's metadata allows, one row of them.</summary>
    public static void Fill(InputTensor input, FeaturePlan? plan)
    {
        long[] shape = [.. input.Info.Shape.Select(size => size < 0 ? 1 : size)];
        int index = plan is null ? -1 : Array.FindIndex(plan.Features, feature => feature.Schema.Tensor == input.Info.Name);
        if (index >= 0 && shape.Length == 2) shape[1] = plan!.Features[index].Columns;
        input.SetShape(shape);
        int count = checked((int)(input.Rows * input.Columns));
        if (input.Type == TensorElementType.String)
        {
            input.Texts(count).Fill("");
        }
        else
        {
            for (int i = 0; i < count; i++) ElementAccess.Set(input, i, 0);
        }

        if (index < 0) return;
        foreach (PlannedFeature feature in plan!.Features.Where(feature => feature.Schema.Tensor == input.Info.Name))
        {
            if (feature.Kind == FeatureKind.CategoryText) input.Texts(count)[feature.Column] = feature.Schema.Categories.Count > 0 ? feature.Schema.Categories[0] : "";
            else if (feature.Kind == FeatureKind.CategoryOneHot) ElementAccess.Set(input, feature.Column, 1);
            else if (feature.Schema.Minimum is { } minimum) ElementAccess.Set(input, feature.Column, minimum);
            else if (feature.Schema.Maximum is < 0) ElementAccess.Set(input, feature.Column, feature.Schema.Maximum.Value);
        }
    }
}
