using System.Globalization;

namespace Canario.Router.Http1;

/// <summary>The Date of an answer whose server gave none (RFC 9110, section 6.6.1), formatted once a second. Of one loop.</summary>
internal sealed class DateField(TimeProvider time)
{
    private readonly byte[] _line = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"u8.ToArray();
    private long _second;

    public ReadOnlySpan<byte> Line
    {
        get
        {
            var now = time.GetUtcNow();
            long second = now.Ticks / TimeSpan.TicksPerSecond;
            if (second != _second)
            {
                now.TryFormat(_line.AsSpan("Date: ".Length), out _, "R", CultureInfo.InvariantCulture);
                _second = second;
            }
            return _line;
        }
    }
}
