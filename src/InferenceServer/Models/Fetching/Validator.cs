using System.Globalization;
using System.Net.Http.Headers;

namespace Canario.InferenceServer.Models.Fetching;

/// <summary>What tells two versions of a file at one address apart (RFC 9110, 8.8). Only a strong one allows to join bytes of two answers.</summary>
internal sealed record Validator
{
    // A date is strong where the file is older than the clock's resolution; RFC 9110, 8.8.2.2, wants a minute's worth of doubt at least a second large.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(60);

    private Validator(string value, RangeConditionHeaderValue condition)
    {
        Value = value;
        Condition = condition;
    }

    /// <summary>As it is kept beside a file that is not whole yet.</summary>
    public string Value { get; }

    /// <summary>Value of <c>If-Range</c>.</summary>
    public RangeConditionHeaderValue Condition { get; }

    /// <summary>Null: the answer has none that is strong.</summary>
    public static Validator? Of(HttpResponseMessage response)
    {
        if (response.Headers.ETag is { } tag) return tag.IsWeak ? null : new Validator(tag.ToString(), new RangeConditionHeaderValue(tag));
        if (response.Content.Headers.LastModified is not { } modified || response.Headers.Date is not { } date || date - modified < s_settled) return null;
        return new Validator(modified.ToString("R", CultureInfo.InvariantCulture), new RangeConditionHeaderValue(modified));
    }

    public static Validator? Parse(string value)
    {
        if (EntityTagHeaderValue.TryParse(value, out EntityTagHeaderValue? tag)) return tag.IsWeak ? null : new Validator(value, new RangeConditionHeaderValue(tag));
        return DateTimeOffset.TryParseExact(value, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset modified)
            ? new Validator(value, new RangeConditionHeaderValue(modified))
            : null;
    }
}
