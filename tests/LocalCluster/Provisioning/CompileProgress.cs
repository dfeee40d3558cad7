using System.Text.RegularExpressions;

namespace Canario.LocalCluster.Provisioning;

/// <summary>What Kubernetes' build is at, read off its output. Lines may come from two streams at once.</summary>
internal sealed partial class CompileProgress(IReadOnlyList<string> programs, Func<string, bool> isLinked)
{
    private readonly Lock gate = new();
    private readonly List<string> targets = [];
    private string step = "preparing";
    private string? package;
    private int packages;

    public void Read(string line)
    {
        lock (gate)
        {
            if (line.StartsWith("+++ ", StringComparison.Ordinal))
            {
                targets.Clear();
            }
            else if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                // One a line, below the line that announces them. What is vendored generates code: it runs, without a word, as soon as it is there.
                targets.Add(line[(line.LastIndexOf('/') + 1)..].Trim());
                step = (line.Contains("/vendor/", StringComparison.Ordinal) ? "compiling and running " : "compiling ") + string.Join(", ", targets);
            }
            else if (Package().IsMatch(line))
            {
                packages++;
                package = line;
            }
        }
    }

    public override string ToString()
    {
        lock (gate)
        {
            var linked = programs.Where(isLinked).ToList();
            return step
                + (package is null ? "" : $"; {packages} packages so far, the last {package}")
                + (linked.Count == 0 ? "" : $"; {linked.Count} of {programs.Count} programs done: {string.Join(", ", linked)}");
        }
    }

    // As 'go install -v' names them; a line with a space in it is somebody else's.
    [GeneratedRegex(@"^[\w.~-]+(/[\w.~-]+)*$")]
    private static partial Regex Package();
}
