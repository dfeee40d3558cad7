using Canario.Router.Forwarding;

namespace Canario.Router.Tests;

/// <summary>Who answers when a server does not.</summary>
public sealed class RetryTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Question = "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";

    [Fact]
    public async Task An_idle_connection_that_the_server_closed_costs_no_request()
    {
        await using var server = new RawServer(async (c, _) =>
        {
            await c.ReadMessageAsync();
            await c.SendAsync(RawServer.Ok("ok"));
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 50; i++)
        {
            await client.SendAsync(Get);
            Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("GET /", "200")]
    [InlineData("POST /predict", "200")]
    [InlineData("POST /v2/models/m/infer?a=b", "200")]
    [InlineData("POST /v1/models/m:predict", "200")]
    [InlineData("POST /feedback", "502")]
    [InlineData("POST /v2/models/m/versions/m-stable/infer", "502")]
    public async Task A_request_lost_on_a_used_connection_is_sent_again_only_when_that_is_harmless(string what, string code)
    {
        await using var server = new RawServer(async (c, index) =>
        {
            for (int i = 0; (await c.ReadMessageAsync()).Length > 0; i++)
            {
                if (index == 0 && i == 1) return;
                await c.SendAsync(RawServer.Ok("ok"));
            }
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        await client.SendAsync($"{what} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
        Assert.StartsWith("HTTP/1.1 " + code, await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal(code == "200" ? 2 : 1, server.Connections);
    }

    [Fact]
    public async Task A_question_that_kills_its_server_is_asked_twice_and_not_a_third_time()
    {
        await using var server = new RawServer(async (c, _) => await c.ReadMessageAsync());
        await using var other = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(other.Port);
        await router.Source.SetEndpointsAsync("candidate", server.Port);
        await router.SplitAsync(0, c => c with { Fallback = "m-stable" });
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Question);
        string answer = await client.ReadMessageAsync();
        Assert.StartsWith("HTTP/1.1 502", answer, StringComparison.Ordinal);
        Assert.Contains("x-canario-error: connection_lost", answer, StringComparison.Ordinal);
        Assert.Equal((2, 0), (server.Connections, other.Connections));
        await router.AssertCountAsync(1, "m-candidate", 502);
    }

    [Fact]
    public async Task A_question_whose_server_died_is_answered_by_another_pod()
    {
        using var arrived = new SemaphoreSlim(0);
        using var dies = new SemaphoreSlim(0);
        await using var dying = new RawServer(async (c, _) =>
        {
            await c.ReadMessageAsync();
            arrived.Release();
            await dies.WaitAsync(RawConnection.Patience);
        });
        await using var live = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(dying.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Question);
        await arrived.WaitAsync(RawConnection.Patience);
        await router.Source.SetEndpointsAsync("stable", live.Port);
        dies.Release();
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_is_not_asked_again_when_its_answer_has_begun()
    {
        await using var server = new RawServer(async (c, _) =>
        {
            await c.ReadMessageAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-");
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Question);
        Assert.StartsWith("HTTP/1.1 502", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_candidate_that_has_answered_is_not_blamed_for_being_away_for_a_moment()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await StartWithCandidateAsync(server, TimeSpan.FromMinutes(5));
        await using var client = await router.ConnectAsync();
        await router.Source.SetEndpointsAsync("candidate", RawServer.DeadPort());
        await AskAsync(client, 50);
        await router.AssertCountAsync(0, "m-candidate", 502);
    }

    [Fact]
    public async Task Moments_of_absence_add_up_and_then_they_are_blamed_at_once()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await StartWithCandidateAsync(server, TimeSpan.FromMilliseconds(300));
        await using var client = await router.ConnectAsync();
        await router.Source.SetEndpointsAsync("candidate", RawServer.DeadPort());
        await AskUntilAsync(client, router, 502);
        await router.Source.SetEndpointsAsync("candidate", server.Port);
        long before = await router.CountAsync("m-candidate", 200);
        while (await router.CountAsync("m-candidate", 200) == before) await AskAsync(client);
        await router.Source.SetEndpointsAsync("candidate");
        before = await router.CountAsync("m-candidate", 502);
        await AskAsync(client, 20);
        Assert.InRange(await router.CountAsync("m-candidate", 502) - before, 10, 20);
    }

    [Fact]
    public async Task A_candidate_that_died_of_a_question_is_blamed_though_another_answers_it()
    {
        using var arrived = new SemaphoreSlim(0);
        using var dies = new SemaphoreSlim(0);
        await using var stable = RawServer.Answering(RawServer.Ok("ok"));
        await using var candidate = new RawServer(async (c, _) =>
        {
            await c.ReadMessageAsync();
            await c.SendAsync(RawServer.Ok("ok"));
            await c.ReadMessageAsync();
            arrived.Release();
            await dies.WaitAsync(RawConnection.Patience);
        });
        await using var router = await RunningRouter.StartAsync(stable.Port);
        await router.Source.SetEndpointsAsync("candidate", candidate.Port);
        await router.SplitAsync(0, c => c with { Fallback = "m-stable" });
        await using var client = await router.ConnectAsync();
        await AskAsync(client);
        await client.SendAsync(Question);
        await arrived.WaitAsync(RawConnection.Patience);
        await router.Source.SetEndpointsAsync("candidate", RawServer.DeadPort());
        dies.Release();
        Assert.Contains("x-canario-revision: m-stable", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await router.AssertCountAsync(1, "m-candidate", 502);
        // That it is away since is no second reason.
        await AskAsync(client, 5);
        await router.AssertCountAsync(1, "m-candidate", 502);
    }

    [Fact]
    public async Task A_request_whose_body_was_not_sent_yet_is_sent_again_whatever_its_method()
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, index) =>
        {
            if (index == 0)
            {
                await c.ReadMessageAsync();
                await c.SendAsync(RawServer.Ok("first"));
                await c.ReadHeadAsync();
                return;
            }
            string head = await c.ReadHeadAsync();
            waiting.SetResult();
            string body = await c.ReadExactlyAsync(5);
            await c.SendAsync(RawServer.Ok(head.StartsWith("POST ", StringComparison.Ordinal) ? body : head));
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
        await waiting.Task.WaitAsync(RawConnection.Patience);
        await client.SendAsync("whole");
        Assert.EndsWith("\r\n\r\nwhole", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_dead_endpoint_costs_no_request_while_another_lives()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(RawServer.DeadPort(), server.Port);
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 40; i++)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
            Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
        await router.AssertCountAsync(0, "m-stable", 502);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_candidate_that_cannot_be_reached_fails_in_the_metrics_and_for_no_user(bool hasEndpoint)
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await router.Source.SetEndpointsAsync("candidate", RawServer.DeadPort());
        if (!hasEndpoint) await router.Source.SetEndpointsAsync("candidate");
        await router.SplitAsync(1);
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 50; i++)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
            string answer = await client.ReadMessageAsync();
            Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
            Assert.Contains("x-canario-revision: m-stable", answer, StringComparison.Ordinal);
        }
        await router.AssertCountAsync(50, "m-stable", 200);
        Assert.InRange(await router.CountAsync("m-candidate", 502), 35, 50);
        await router.AssertCountAsync(0, "m-stable", 502);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revision_with_all_the_traffic_that_is_gone_is_stood_in_for_by_the_one_that_is_kept_warm(bool hasEndpoint)
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await router.Source.SetEndpointsAsync("candidate", RawServer.DeadPort());
        if (!hasEndpoint) await router.Source.SetEndpointsAsync("candidate");
        await router.SplitAsync(0);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 50", await client.ReadMessageAsync(), StringComparison.Ordinal);

        await router.SplitAsync(0, c => c with { Fallback = "m-stable" });
        for (int i = 0; i < 20; i++)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
            string answer = await client.ReadMessageAsync();
            Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
            Assert.Contains("x-canario-revision: m-stable", answer, StringComparison.Ordinal);
        }
        await router.AssertCountAsync(20, "m-stable", 200);
        await Wait.ForAsync(async () => await router.CountAsync("m-candidate", 502) >= 20, "the candidate's failures counted");
    }

    [Fact]
    public async Task A_candidate_whose_endpoints_are_still_to_be_seen_is_not_blamed()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await router.SplitAsync(1);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await router.AssertCountAsync(0, "m-candidate", 502);
        // But not for ever: endpoints that never come are a failure.
        await Wait.ForAsync(
            async () =>
            {
                await client.SendAsync(Get);
                await client.ReadMessageAsync();
                return await router.CountAsync("m-candidate", 502) > 0;
            },
            "a failure counted");
    }

    [Fact]
    public async Task When_no_endpoint_is_ready_one_that_is_not_is_asked_before_a_request_is_refused()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await router.Source.SetUnreadyAsync("stable", RawServer.DeadPort(), server.Port);
        for (int i = 0; i < 20; i++)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
            Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
        await router.AssertCountAsync(20, "m-stable", 200);
    }

    [Fact]
    public async Task An_endpoint_that_is_not_ready_gets_nothing_while_another_revision_can_answer()
    {
        await using var stable = RawServer.Answering(RawServer.Ok("stable"));
        await using var candidate = RawServer.Answering(RawServer.Ok("candidate"));
        await using var router = await RunningRouter.StartAsync(stable.Port);
        await router.Source.SetUnreadyAsync("candidate", candidate.Port);
        await router.SplitAsync(1);
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 20; i++)
        {
            await client.SendAsync(Get);
            Assert.EndsWith("stable", await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(0, candidate.Connections);
    }

    [Fact]
    public async Task Without_any_endpoint_the_client_is_told_so()
    {
        await using var router = await RunningRouter.StartAsync();
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        string answer = await client.ReadMessageAsync();
        Assert.StartsWith("HTTP/1.1 503", answer, StringComparison.Ordinal);
        Assert.Contains("x-canario-error: " + Reasons.NoEndpoint, answer, StringComparison.Ordinal);
        await router.AssertCountAsync(1, "m-stable", 503);
    }

    /// <summary>Both sides are the same server; the candidate gets nearly everything, and has answered.</summary>
    private static async Task<RunningRouter> StartWithCandidateAsync(RawServer server, TimeSpan absence)
    {
        var router = await RunningRouter.StartAsync(o => o with { Upstream = o.Upstream with { Absence = absence } }, server.Port);
        await router.Source.SetEndpointsAsync("candidate", server.Port);
        await router.SplitAsync(1);
        await using var client = await router.ConnectAsync();
        await AskUntilAsync(client, router, 200);
        return router;
    }

    private static async Task AskUntilAsync(RawConnection client, RunningRouter router, int code)
    {
        while (await router.CountAsync("m-candidate", code) == 0) await AskAsync(client);
    }

    private static async Task AskAsync(RawConnection client, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            await client.SendAsync(Question);
            Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
    }
}
