using Canario.Contract;
using Canario.Router.Routing;

namespace Canario.Router.Tests;

public sealed class SplitTests
{
    private static readonly Fields None = [];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(100)]
    public void Each_percent_point_goes_to_exactly_one_revision(int candidate)
    {
        var split = new Split(Configuration(candidate));
        Assert.Equal(candidate, Enumerable.Range(0, 100).Count(point => split.Choose(None, point) == 1));
    }

    [Fact]
    public void A_user_never_leaves_the_candidate_while_its_weight_grows()
    {
        var chosen = Enumerable.Range(0, 101).Select(w => new Split(Configuration(w) with { StickyHeader = "x-user" })).ToArray();
        for (int user = 0; user < 2_000; user++)
        {
            var headers = new Fields { ["x-user"] = "user-" + user };
            int before = 0;
            foreach (var split in chosen)
            {
                int now = split.Choose(headers, 0);
                Assert.True(now >= before, $"user-{user} went back");
                before = now;
            }
            Assert.Equal(1, before);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(50)]
    public void The_share_of_sticky_users_is_the_weight(int weight)
    {
        var split = new Split(Configuration(weight) with { StickyHeader = "x-user" });
        const int Users = 20_000;
        int candidate = Enumerable.Range(0, Users).Count(u => split.Choose(new Fields { ["x-user"] = $"{u}@example.org" }, 0) == 1);
        double p = weight / 100.0, sigma = Math.Sqrt(Users * p * (1 - p));
        Assert.InRange(candidate, Users * p - 4 * sigma, Users * p + 4 * sigma);
    }

    [Fact]
    public void A_match_wins_over_weights_and_stickiness()
    {
        var configuration = Configuration(0) with { StickyHeader = "x-user", Matches = [new RouterMatch { Header = "x-tester", Value = "yes", Revision = "candidate" }] };
        var split = new Split(configuration);
        Assert.Equal(1, split.Choose(new Fields { ["X-Tester"] = "yes", ["x-user"] = "u" }, 0));
        Assert.Equal(0, split.Choose(new Fields { ["X-Tester"] = "no", ["x-user"] = "u" }, 0));
    }

    [Fact]
    public void A_revision_of_weight_0_never_takes_over()
    {
        Assert.Equal(-1, new Split(Configuration(0)).NextAfter(tried: 1));
        Assert.Equal(0, new Split(Configuration(10)).NextAfter(tried: 2));
        Assert.Equal(-1, new Split(Configuration(10)).NextAfter(tried: 3));
    }

    private static RouterConfiguration Configuration(int candidate) => new()
    {
        Version = "1",
        Namespace = "ns",
        Model = "m",
        Port = 20_000,
        Backends =
        [
            new RouterBackend { Revision = "stable", Service = "stable", Weight = 100 - candidate },
            new RouterBackend { Revision = "candidate", Service = "candidate", Weight = candidate },
        ],
    };

    private sealed class Fields : Dictionary<string, string>, IRequestFields
    {
        public Fields()
            : base(StringComparer.OrdinalIgnoreCase)
        {
        }

        int IRequestFields.Count(string name) => ContainsKey(name) ? 1 : 0;

        public string? First(string name) => TryGetValue(name, out string? value) ? value : null;
    }
}
