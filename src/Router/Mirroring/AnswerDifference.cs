namespace Canario.Router.Mirroring;

/// <summary>How two answers to one request compare.</summary>
/// <param name="Disagrees">A label differs, or the shape.</param>
/// <param name="Numbers">Pairs of numbers.</param>
/// <param name="Mean">Of their absolute differences.</param>
internal readonly record struct AnswerDifference(bool Disagrees, int Numbers, double Mean, double Largest)
{
    /// <summary>The first of the numbers, in their order, to be ranked; none where one of them is no number on one side.</summary>
    public ReadOnlyMemory<NumberPair> First { get; init; }
}
