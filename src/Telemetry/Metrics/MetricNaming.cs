namespace Canario.Telemetry.Metrics;

/// <summary>The names that Prometheus accepts (https://prometheus.io/docs/concepts/data_model/).</summary>
internal static class MetricNaming
{
    public static void RequireMetricName(string name)
    {
        if (!IsName(name, colonAllowed: true))
            throw new ArgumentException($"metric name '{name}': must be letters, digits, '_' and ':', and not start with a digit");
    }

    public static void RequireLabelName(string metric, string label)
    {
        if (!IsName(label, colonAllowed: false) || label.StartsWith("__", StringComparison.Ordinal))
            throw new ArgumentException($"metric {metric}: label name '{label}' must be letters, digits and '_', and start neither with a digit nor with '__'");
    }

    public static string EscapeHelp(string help) =>
        help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    public static string EscapeLabelValue(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static bool IsName(string? name, bool colonAllowed)
    {
        if (string.IsNullOrEmpty(name) || char.IsAsciiDigit(name[0]))
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_' && !(colonAllowed && c == ':'))
                return false;
        }

        return true;
    }
}
