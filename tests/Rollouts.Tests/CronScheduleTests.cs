using System.Globalization;

namespace Canario.Rollouts.Tests;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2026-03-04T05:06:07", "2026-03-04T05:07")]
    [InlineData("0 3 * * 1", "2026-03-04T05:06:07", "2026-03-09T03:00")]
    [InlineData("0 3 * * MON", "2026-03-09T03:00:00", "2026-03-16T03:00")]
    [InlineData("0 3 * * MON", "2026-03-09T02:59:59", "2026-03-09T03:00")]
    [InlineData("*/15 * * * *", "2026-12-31T23:50:00", "2027-01-01T00:00")]
    [InlineData("5-59/20 8-9 * * *", "2026-03-04T08:25:00", "2026-03-04T08:45")]
    [InlineData("30 4 1,15 * 5", "2026-03-04T05:00:00", "2026-03-06T04:30")]
    [InlineData("30 4 1,15 * *", "2026-03-04T05:00:00", "2026-03-15T04:30")]
    [InlineData("0 0 * * */2", "2026-03-04T05:00:00", "2026-03-05T00:00")]
    [InlineData("0 0 * * 7", "2026-03-04T05:00:00", "2026-03-08T00:00")]
    [InlineData("0 0 29 2 *", "2026-03-04T05:00:00", "2028-02-29T00:00")]
    [InlineData("0 12 * JAN-FEB,dec *", "2026-03-04T05:00:00", "2026-12-01T12:00")]
    [InlineData("0 0 31 * *", "2026-04-01T00:00:00", "2026-05-31T00:00")]
    [InlineData("1/30 * * * *", "2026-04-01T00:01:00", "2026-04-01T00:31")]
    public void The_next_time_is_cron_s(string text, string after, string next) =>
        Assert.Equal(At(next), CronSchedule.Parse(text)!.After(At(after)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * 32 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("*/ * * * *")]
    [InlineData("1- * * * *")]
    [InlineData(", * * * *")]
    [InlineData("-1 * * * *")]
    [InlineData("1.5 * * * *")]
    [InlineData("@daily")]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6,9,11 *")]
    [InlineData("99999999999999999999 * * * *")]
    public void What_is_no_schedule_or_never_comes_is_refused(string? text) => Assert.Null(CronSchedule.Parse(text));

    [Fact]
    public void Every_time_is_the_first_that_matches()
    {
        var schedule = CronSchedule.Parse("*/7 1-3 13 * 5")!;
        var time = At("2026-01-01T00:00:00");
        for (var i = 0; i < 500; i++)
        {
            var next = schedule.After(time)!.Value;
            // By looking at each minute in turn.
            var slow = time.AddMinutes(1);
            while (!(slow.Minute % 7 == 0 && slow.Hour is >= 1 and <= 3 && (slow.Day == 13 || slow.DayOfWeek == DayOfWeek.Friday)))
            {
                slow = slow.AddMinutes(1);
            }

            Assert.Equal(slow, next);
            time = next;
        }
    }

    static DateTimeOffset At(string text) => DateTimeOffset.Parse(text + "Z", CultureInfo.InvariantCulture);
}
