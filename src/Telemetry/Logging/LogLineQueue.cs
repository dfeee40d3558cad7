using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Canario.Telemetry.Logging;

/// <summary>Keeps writers of log lines apart from the speed of whoever reads them.</summary>
internal sealed class LogLineQueue : IDisposable
{
    private static readonly TimeSpan s_drainTime = TimeSpan.FromSeconds(2);

    private readonly Channel<byte[]> _lines;
    private readonly Stream _output;
    private readonly TimeProvider _time;
    private readonly Task _writing;
    private long _dropped;
    private long _reported;

    public LogLineQueue(Stream output, int capacity, TimeProvider time)
    {
        _output = output;
        _time = time;
        _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _writing = Task.Run(WriteAllAsync);
        // Environment.Exit and the last line of Main must not lose the line that says why.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public long Dropped => Interlocked.Read(ref _dropped);

    public bool Enqueue(byte[] line)
    {
        if (_lines.Writer.TryWrite(line))
            return true;
        Interlocked.Increment(ref _dropped);
        return false;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        Drain();
    }

    private void OnProcessExit(object? sender, EventArgs e) => Drain();

    private void Drain()
    {
        _lines.Writer.TryComplete();
        _writing.Wait(s_drainTime);
    }

    private async Task WriteAllAsync()
    {
        try
        {
            while (await _lines.Reader.WaitToReadAsync())
            {
                while (_lines.Reader.TryRead(out var line))
                    await _output.WriteAsync(line);
                await ReportDroppedAsync();
                await _output.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody reads the log any more; the process works on, and the drop count says so.
            await foreach (var _ in _lines.Reader.ReadAllAsync())
                Interlocked.Increment(ref _dropped);
        }
    }

    private async Task ReportDroppedAsync()
    {
        var dropped = Dropped;
        if (dropped == _reported)
            return;
        var now = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var message = $$"""{"timestamp":"{{now}}","level":"warn","category":"Canario.Telemetry","message":"log lines dropped: the reader was too slow","dropped":{{dropped - _reported}}}""";
        _reported = dropped;
        await _output.WriteAsync(Encoding.UTF8.GetBytes(message + "\n"));
    }
}
