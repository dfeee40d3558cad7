using System.Globalization;

namespace Canario.Rollouts;

/// <summary>
/// Five fields as Vixie's cron reads them (crontab(5)): minute, hour, day of month, month, day of week; <c>*</c>, lists, ranges, steps and English names. Where both days are restricted, either suffices.
/// Times are UTC.
/// </summary>
public sealed class CronSchedule
{
    /// <summary>29 February of a leap year may be eight years away.</summary>
    const int LongestYears = 9;

    static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    readonly ulong minutes;
    readonly ulong hours;
    readonly ulong monthDays;
    readonly ulong months;
    readonly ulong weekDays;
    readonly bool anyMonthDay;
    readonly bool anyWeekDay;

    CronSchedule(string text, string[] fields, ulong[] bits)
    {
        Text = text;
        (minutes, hours, monthDays, months, weekDays) = (bits[0], bits[1], bits[2], bits[3], bits[4]);
        // 7 is Sunday, as 0 is.
        weekDays |= (weekDays >> 7) & 1;
        // A field that begins with a star restricts nothing, for the rule of the two days.
        (anyMonthDay, anyWeekDay) = (fields[2][0] == '*', fields[4][0] == '*');
    }

    public string Text { get; }

    /// <summary>Null: it is no schedule, or one that never comes, such as 30 February.</summary>
    public static CronSchedule? Parse(string? text)
    {
        var fields = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            return null;
        }

        ulong?[] bits =
        [
            ParseField(fields[0], 0, 59, []), ParseField(fields[1], 0, 23, []), ParseField(fields[2], 1, 31, []), ParseField(fields[3], 1, 12, Months), ParseField(fields[4], 0, 7, Days),
        ];
        if (bits.Any(field => field is null))
        {
            return null;
        }

        var schedule = new CronSchedule(text!, fields, [.. bits.Select(field => field!.Value)]);
        return schedule.After(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero)) is null ? null : schedule;
    }

    /// <summary>The first time after this one; null: none in years.</summary>
    public DateTimeOffset? After(DateTimeOffset time)
    {
        var from = time.UtcDateTime;
        var day = from.Date;
        // The minute that is under way has begun.
        var first = (int)(from - day).TotalMinutes + 1;
        for (var last = day.AddYears(LongestYears); day < last; day = day.AddDays(1), first = 0)
        {
            if (!Has(months, day.Month))
            {
                continue;
            }

            if (IsDay(day) && FindMinute(first) is { } minute)
            {
                return new DateTimeOffset(day.AddMinutes(minute), TimeSpan.Zero);
            }
        }

        return null;
    }

    bool IsDay(DateTime day)
    {
        var (byMonth, byWeek) = (Has(monthDays, day.Day), Has(weekDays, (int)day.DayOfWeek));
        return anyMonthDay || anyWeekDay ? byMonth && byWeek : byMonth || byWeek;
    }

    int? FindMinute(int first)
    {
        for (var minute = first; minute < 24 * 60; minute++)
        {
            if (Has(hours, minute / 60) && Has(minutes, minute % 60))
            {
                return minute;
            }
        }

        return null;
    }

    static bool Has(ulong bits, int position) => (bits >> position & 1) == 1;

    static ulong? ParseField(string field, int lowest, int highest, string[] names)
    {
        ulong bits = 0;
        foreach (var part in field.Split(','))
        {
            if (ParsePart(part, lowest, highest, names) is not { } found)
            {
                return null;
            }

            bits |= found;
        }

        return bits;
    }

    static ulong? ParsePart(string part, int lowest, int highest, string[] names)
    {
        var (range, step) = part.Split('/') switch
        {
            [var whole] => (whole, 1),
            [var whole, var every] when ParseNumber(every) is { } number and > 0 => (whole, number),
            _ => ("", 0),
        };
        int? from, to;
        if (range == "*")
        {
            // Sunday twice would be wrong for steps: */7 of the days of the week is Sunday alone.
            (from, to) = (lowest, names == Days ? 6 : highest);
        }
        else if (range.Split('-') is [var low, var high])
        {
            (from, to) = (ParseValue(low, lowest, names), ParseValue(high, lowest, names));
        }
        else
        {
            from = ParseValue(range, lowest, names);
            to = part.Contains('/', StringComparison.Ordinal) ? highest : from;
        }

        if (from is not { } first || to is not { } last || first < lowest || last > highest || first > last || step <= 0)
        {
            return null;
        }

        ulong bits = 0;
        for (var value = first; value <= last; value += step)
        {
            bits |= 1UL << value;
        }

        return bits;
    }

    static int? ParseValue(string text, int lowest, string[] names)
    {
        var name = Array.FindIndex(names, known => known.Equals(text, StringComparison.OrdinalIgnoreCase));
        return name >= 0 ? name + lowest : ParseNumber(text);
    }

    static int? ParseNumber(string text) =>
        text.Length is > 0 and <= 2 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
