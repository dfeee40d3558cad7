using Canario.InferenceServer.Predict;

namespace Canario.InferenceServer.Rows;

/// <summary>Takes what became of each row, in order.</summary>
internal interface IRowSink
{
    /// <param name="index">Of the row among those that were given.</param>
    /// <param name="predictions">Holds its prediction.</param>
    /// <param name="slot">Where.</param>
    void Predicted(int index, PredictionColumns predictions, int slot);

    /// <param name="index">Of the row among those that were given.</param>
    /// <param name="status">That a request of this row would be answered with.</param>
    /// <param name="message">Safe to show.</param>
    void Refused(int index, int status, string message);
}
