using System.Net.Sockets;
using Canario.Router.Forwarding;

namespace Canario.Router.Tests;

public sealed class UpstreamConnectionTests
{
    [Fact]
    public void A_deadline_that_was_met_ends_the_connection_for_good()
    {
        using var connection = Create();
        connection.SetDeadline(100);
        Assert.True(connection.IsPast(100));
        connection.TimeOut(100);
        Assert.True(connection.TimedOut);
        // The exchange that it belonged to may not know yet.
        Assert.False(connection.SetDeadline(0));
        Assert.False(connection.SetDeadline(200));
        Assert.False(connection.Park(100));
    }

    [Fact]
    public void A_sweep_that_comes_late_spares_the_next_exchange()
    {
        using var connection = Create();
        connection.SetDeadline(100);
        Assert.True(connection.IsPast(100));
        // Between the sweeper's look and its deed the exchange ended and another began.
        connection.SetDeadline(0);
        connection.TimeOut(100);
        connection.SetDeadline(200);
        connection.TimeOut(100);
        Assert.False(connection.TimedOut);
    }

    private static UpstreamConnection Create() => new(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
}
