using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Operator.Metrics;
using Canario.Operator.Reconcile;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

public sealed class MeasurementBoardTests : IDisposable
{
    private static readonly ObjectKey s_model = new("team", "m");
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);
    private readonly SemaphoreSlim _ready = new(0);
    private readonly List<MeasureRequest> _requests;
    private readonly MeasurementBoard _board;
    private int _measured;

    public MeasurementBoardTests()
    {
        var from = TimeProvider.System.GetUtcNow();
        _requests = [new MeasureRequest(new GateSpec { Name = "errors", Type = GateTypes.ErrorRate }, "m-2", "m-1", from, from, null)];
        _board = new MeasurementBoard(MeasureAsync, _ => _ready.Release(), TimeProvider.System, CancellationToken.None);
    }

    [Fact]
    public async Task An_answer_is_given_once_and_not_asked_for_again_within_the_interval()
    {
        Assert.Null(Take(null));
        await ReadyAsync();

        Assert.Equal(["errors"], Take(null)!.Keys);
        Assert.Null(Take(null));
        Assert.Equal(1, _measured);
    }

    [Fact]
    public async Task When_the_hold_is_over_it_is_measured_at_once_and_only_once()
    {
        Take(null);
        await ReadyAsync();
        Take(null);
        var end = TimeProvider.System.GetUtcNow();

        Assert.Null(Take(end));
        await ReadyAsync();
        Assert.NotNull(Take(end));
        Assert.Null(Take(end));

        Assert.Equal(2, _measured);
    }

    [Fact]
    public async Task A_hold_that_is_not_over_yet_changes_nothing()
    {
        Take(null);
        await ReadyAsync();

        Take(TimeProvider.System.GetUtcNow().AddMinutes(1));
        Take(TimeProvider.System.GetUtcNow().AddMinutes(1));

        Assert.Equal(1, _measured);
    }

    public void Dispose() => _ready.Dispose();

    private async Task ReadyAsync() => Assert.True(await _ready.WaitAsync(TimeSpan.FromSeconds(30)));

    private IReadOnlyDictionary<string, Measurement>? Take(DateTimeOffset? decisive) =>
        _board.Take(s_model, _ => Task.FromResult(new MetricTarget(MetricSourceNames.Direct, "team", "m", null, TimeSpan.FromSeconds(1))), _requests, s_interval, decisive);

    private Task<Measurement> MeasureAsync(ObjectKey model, MetricTarget target, MeasureRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _measured);
        return Task.FromResult<Measurement>(NoData.Instance);
    }
}
