namespace Canario.Benchmarks.Inference;

internal static class Medians
{
    public static double Median<T>(this IReadOnlyCollection<T> rounds, Func<T, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
}
