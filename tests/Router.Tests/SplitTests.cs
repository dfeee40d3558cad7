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

    [Theory]
    [InlineData("tester=yes", 1)]
    [InlineData("a=b; tester=yes; c=d", 1)]
    [InlineData("a=b;tester=yes", 1)]
    [InlineData("tester=no; tester=yes", 0)]
    [InlineData("Tester=yes", 0)]
    [InlineData("xtester=yes", 0)]
    [InlineData("tester=yes1", 0)]
    [InlineData("tester", 0)]
    [InlineData("tester=", 0)]
    [InlineData("=yes; ;;", 0)]
    [InlineData("", 0)]
    public void A_match_by_cookie_looks_at_the_first_of_that_very_name(string cookies, int expected)
    {
        var split = new Split(Configuration(0) with { Matches = [new RouterMatch { Cookie = "tester", Value = "yes", Revision = "candidate" }] });
        Assert.Equal(expected, split.Choose(new Fields { ["Cookie"] = cookies }, 0));
        Assert.Equal(0, split.Choose(None, 0));
    }

    [Fact]
    public void A_sticky_cookie_chooses_as_the_header_of_the_same_value_does()
    {
        var byCookie = new Split(Configuration(50) with { StickyHeader = "x-user", StickyCookie = "session" });
        var byHeader = new Split(Configuration(50) with { StickyHeader = "x-user" });
        for (int user = 0; user < 200; user++)
        {
            int expected = byHeader.Choose(new Fields { ["x-user"] = $"{user}" }, 0);
            Assert.Equal(expected, byCookie.Choose(new Fields { ["Cookie"] = $"a=b; session={user}" }, 99));
            // The header comes first.
            Assert.Equal(expected, byCookie.Choose(new Fields { ["x-user"] = $"{user}", ["Cookie"] = $"session={user + 1}" }, 99));
        }
        Assert.Equal(1, byCookie.Choose(new Fields { ["Cookie"] = "session=; other=1" }, 99));
        Assert.Equal(0, byCookie.Choose(new Fields { ["Cookie"] = "session=; other=1" }, 0));
    }

    [Fact]
    public void A_revision_of_weight_0_never_takes_over()
    {
        Assert.Equal(-1, new Split(Configuration(0)).NextAfter(tried: 1));
        Assert.Equal(0, new Split(Configuration(10)).NextAfter(tried: 2));
        Assert.Equal(-1, new Split(Configuration(10)).NextAfter(tried: 3));
    }

    [Fact]
    public void One_that_is_kept_for_it_takes_over_last_whatever_its_weight()
    {
        Assert.Equal(0, new Split(Configuration(100) with { Fallback = "stable" }).NextAfter(tried: 2));
        Assert.Equal(-1, new Split(Configuration(100) with { Fallback = "stable" }).NextAfter(tried: 3));
        Assert.Equal(1, new Split(Configuration(90) with { Fallback = "stable" }).NextAfter(tried: 0));
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
