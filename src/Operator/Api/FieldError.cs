namespace Canario.Operator.Api;

/// <summary>One thing wrong in a spec.</summary>
/// <param name="Path">Of the field, such as <c>spec.gates[1].bound</c>.</param>
/// <param name="Value">What it says now.</param>
/// <param name="Allowed">What it may say.</param>
sealed record FieldError(string Path, string Value, string Allowed)
{
    public string Message => Value.Length == 0 ? $"{Path}: {Allowed}" : $"{Path}: '{Value}' is invalid: {Allowed}";

    /// <summary>All errors in one text that fits a condition.</summary>
    public static string Summarize(IReadOnlyList<FieldError> errors)
    {
        const int shown = 5;
        var text = string.Join("; ", errors.Take(shown).Select(error => error.Message));
        return errors.Count > shown ? $"{text}; and {errors.Count - shown} more" : text;
    }
}
