using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>Reads <c>&lt;action&gt;/&lt;revision&gt;/&lt;nonce&gt;</c>. Pure.</summary>
static class CommandAnnotation
{
    private const int LongestPart = 128;

    /// <param name="problem">What is wrong with the text, for people; null when there is a command, or no text.</param>
    public static RolloutCommand? Parse(string? text, out string? problem)
    {
        problem = null;
        if (string.IsNullOrEmpty(text))
            return null;
        var parts = text.Split('/');
        if (parts.Length == 3
            && parts.All(p => p.Length is > 0 and <= LongestPart)
            && Enum.TryParse<CommandAction>(parts[0], ignoreCase: true, out var action)
            && Enum.IsDefined(action)
            && char.IsAsciiLetter(parts[0][0]))
        {
            return new RolloutCommand(action, parts[1], parts[2]);
        }

        problem = $"{Annotations.Command}: '{(text.Length <= LongestPart ? text : text[..LongestPart] + "…")}' is no <action>/<revision>/<nonce> with the action promote, abort, retry, pause, resume or undo";
        return null;
    }

    public static string Format(HandledCommand command) => $"{command.Action.ToString().ToLowerInvariant()}/{command.Revision}/{command.Nonce}";
}
