using System.Globalization;
using System.Text.RegularExpressions;

namespace Canario.Operator.Api;

/// <summary>Collects what is wrong, with the checks that many fields share.</summary>
sealed class FieldErrors
{
    const int ShownLength = 80;
    static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(1);
    readonly List<FieldError> errors = [];

    public IReadOnlyList<FieldError> All => errors;

    public void Add(string path, object? value, string allowed)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        errors.Add(new FieldError(path, text.Length > ShownLength ? text[..ShownLength] + "…" : text, allowed));
    }

    public void Range(string path, double? value, double minimum, double maximum)
    {
        if (value is { } number && !(number >= minimum && number <= maximum))
        {
            Add(path, number, string.Create(CultureInfo.InvariantCulture, $"must be from {minimum} to {maximum}"));
        }
    }

    public void OneOf(string path, string? value, params ReadOnlySpan<string> allowed)
    {
        if (value is not null && !allowed.Contains(value))
        {
            Add(path, value, $"must be one of {string.Join(", ", allowed.ToArray())}");
        }
    }

    public void Count(string path, int count, int maximum)
    {
        if (count > maximum)
        {
            Add(path, count, $"may have at most {maximum} entries");
        }
    }

    /// <summary>False when it is absent, too long or does not match; null is fine unless required.</summary>
    public bool Text(string path, string? value, string pattern, int maxLength, string allowed, bool required = false)
    {
        if (string.IsNullOrEmpty(value))
        {
            if (required || value is not null)
            {
                Add(path, null, $"is required: {allowed}");
            }

            return false;
        }

        if (value.Length <= maxLength && Regex.IsMatch(value, pattern, RegexOptions.CultureInvariant, RegexTimeout) && value[^1] != '\n')
        {
            return true;
        }

        Add(path, value, value.Length > maxLength ? $"may have at most {maxLength} characters" : allowed);
        return false;
    }

    public void Duration(string path, string? value, TimeSpan minimum, TimeSpan maximum, string allowed)
    {
        if (value is null)
        {
            return;
        }

        if (Durations.Parse(value) is not { } duration)
        {
            Add(path, value.Length == 0 ? "\"\"" : value, "must be a duration such as 500ms, 90s, 5m or 1h30m, of at most a year");
        }
        else if (duration < minimum || duration > maximum)
        {
            Add(path, value, allowed);
        }
    }
}
