using System.Text.RegularExpressions;

namespace Canario.Operator.Api;

/// <summary>What is put into a gate's query. All of it is names of Kubernetes and numbers: nothing that could end a string of PromQL.</summary>
static partial class QueryText
{
    public const string Namespace = "namespace";
    public const string Model = "model";
    public const string Revision = "revision";
    public const string Stable = "stable";
    public const string Window = "window";

    public static IReadOnlyList<string> Names { get; } = [Namespace, Model, Revision, Stable, Window];

    /// <summary>The first thing in double braces that is none of <see cref="Names"/>; null: there is none.</summary>
    public static string? FindUnknown(string query) =>
        Placeholder().Matches(query).FirstOrDefault(match => !Names.Contains(NameIn(match)))?.Value;

    public static string Fill(string query, Func<string, string> value) => Placeholder().Replace(query, match => value(NameIn(match)));

    private static string NameIn(Match match) => match.Groups["name"].Value.Trim();

    // The blanks beside a name are trimmed elsewhere: three repetitions in a row that all take blanks would need a second for a few thousand of them.
    [GeneratedRegex(@"\{\{(?<name>[^{}]*)\}\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Placeholder();
}
