using System.CommandLine;
using Canario.Chaos;
using Canario.Demo;
using Canario.LocalCluster;

var rollouts = new Option<int>("--rollouts") { Description = "How many, 1 to 1000; they take turns through the strategies.", DefaultValueFactory = _ => 50 };
var seed = new Option<int>("--seed") { Description = "Equal seeds kill in the same order; when exactly is up to the machine.", DefaultValueFactory = _ => 1 };
var rate = new Option<int>("--rate") { Description = "Requests a second, 1 to 1000.", DefaultValueFactory = _ => 50 };
var limit = new Option<int>("--limit") { Description = "The longest that one rollout may take, in seconds, 10 to 3600; more than the progress deadline of 600, by which each comes to an end.", DefaultValueFactory = _ => 900 };
var skipImages = new Option<bool>("--skip-images") { Description = "Use the images that the node already has." };
Bound(rollouts, 1, 1000);
Bound(rate, 1, 1000);
Bound(limit, 10, 3600);
var command = new RootCommand("""
    Rollouts of every strategy on a real node, under load, while the operator, routers, pods of both sides, the API server and Prometheus are killed at random.
    Exits with 1 when a request failed that stable could have served, when a bad version was promoted, or when a rollout did not end.
    """)
{
    rollouts, seed, rate, limit, skipImages,
};
command.SetAction(async (parse, cancellationToken) =>
{
    var options = new ChaosOptions(parse.GetValue(rollouts), parse.GetValue(seed), parse.GetValue(rate), TimeSpan.FromSeconds(parse.GetValue(limit)));
    try
    {
        var progress = new Progress();
        await using var stage = await Stage.SetAsync(parse.GetValue(skipImages), DemoOptions.HostOfEnvironment, progress, cancellationToken);
        var results = await new Series(stage, options, progress).RunAsync(cancellationToken);
        ChaosReport.Print(results);
        return results.All(result => result.Holds) ? 0 : 1;
    }
    catch (Exception e) when (e is DemoException or LocalClusterException or TimeoutException)
    {
        await Console.Error.WriteLineAsync($"chaos: {e.Message}");
        return 1;
    }
});
return await command.Parse(args).InvokeAsync();

static void Bound(Option<int> option, int least, int most) => option.Validators.Add(result =>
{
    if (result.GetValue(option) is var value && (value < least || value > most))
        result.AddError($"{option.Name} is {value}; it must be from {least} to {most}");
});
