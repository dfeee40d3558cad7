using System.Globalization;
using System.Text.RegularExpressions;

namespace Canario.Architecture.Tests;

/// <summary>docs/lessons.md names tests: each of them exists, and no complaint has fallen out.</summary>
public sealed partial class Lessons
{
    private static readonly string[] s_page = File.ReadAllLines(Path.Combine(Rooms.Root, "docs", "lessons.md"));

    private static readonly string[] s_rows = [.. s_page.Where(line => Row().IsMatch(line))];

    private static readonly string[] s_notDone = [.. s_page.Where(line => Item().IsMatch(line))];

    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        var tests = ReadTests();
        string[] named = [.. s_page.SelectMany(line => Name().Matches(line)).Select(match => match.Groups[1].Value).Distinct()];

        Assert.InRange(named.Length, 80, tests.Count);
        Assert.Empty(named.Except(tests));
    }

    [Fact]
    public void Every_row_names_a_test() =>
        Assert.All(s_rows, row => Assert.True(Name().IsMatch(row[(row.TrimEnd(' ', '|').LastIndexOf('|') + 1)..]), row));

    [Theory]
    [InlineData("A", 22)]
    [InlineData("B", 25)]
    [InlineData("C", 20)]
    public void Each_number_has_a_row_or_is_said_not_to_be_done(string section, int last)
    {
        string[] rows = [.. s_rows.Select(row => Row().Match(row).Groups[1].Value).Where(number => number.StartsWith(section, StringComparison.Ordinal))];
        string[] notDone = [.. s_notDone.Select(item => Item().Match(item).Groups[1].Value).Where(number => number.StartsWith(section, StringComparison.Ordinal))];

        Assert.Equal(rows.Distinct(), rows);
        Assert.Equal(notDone.Distinct(), notDone);
        Assert.Equal(
            Enumerable.Range(1, last).Select(number => section + number.ToString(CultureInfo.InvariantCulture)),
            rows.Union(notDone).OrderBy(number => int.Parse(number[1..], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void What_a_row_says_is_below_is_below() =>
        Assert.All(
            s_rows.Where(row => row.Contains("](#not-done-and-why)", StringComparison.Ordinal)),
            row => Assert.Contains(s_notDone, item => item.StartsWith($"- **{Row().Match(row).Groups[1].Value}** ", StringComparison.Ordinal)));

    /// <summary>Class and method of every test, as they are written: no test project has to be built for this one.</summary>
    private static HashSet<string> ReadTests()
    {
        var tests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Rooms.Root, "tests"), "*.cs", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            if (Class().Match(text) is { Success: true } its)
                tests.UnionWith(Method().Matches(text).Select(method => $"{its.Groups[1].Value}.{method.Groups[1].Value}"));
        }

        return tests;
    }

    [GeneratedRegex(@"^\| ([ABC]\d+) \| ")]
    private static partial Regex Row();

    [GeneratedRegex(@"^- \*\*([ABC]\d+)\*\* \S")]
    private static partial Regex Item();

    [GeneratedRegex(@"`([A-Z]\w+\.[A-Z]\w+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"^public sealed (?:partial )?class (\w+)", RegexOptions.Multiline)]
    private static partial Regex Class();

    [GeneratedRegex(@"^    \[(?:Fact|Theory)\b[^\n]*\n(?:    (?:\[|//)[^\n]*\n)*    public (?:async )?(?:Task|void) (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Method();
}
