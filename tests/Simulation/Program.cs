using System.Diagnostics;
using System.Globalization;
using Canario.Simulation;

const string help = """
    Thousands of simulated rollouts through Canario's machine and gates, and through Argo Rollouts' and Flagger's rules beside them.
    Writes decision-quality.md and its pictures. Exits with 1 when something does not hold that must.

    usage: simulate [--rollouts N] [--seed N] [--docs FOLDER]

      --rollouts N   rollouts of each rule in each scenario, 1 to 100000, twice as many without an effect; default 400
      --seed N       equal seeds give equal results; default 1
      --docs FOLDER  where the page is written; default: docs of this checkout
      -h, --help     this text
    """;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Options options;
try
{
    options = Options.Parse(args);
}
catch (FormatException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

if (options.Help)
{
    Console.WriteLine(help);
    return 0;
}

if ((options.Docs ?? FindDocs()) is not { } docs)
{
    Console.Error.WriteLine("Operator.sln stands neither here nor in a parent folder; --docs says where to write.");
    return 2;
}

var watch = Stopwatch.StartNew();
var cells = Scenarios.All.Sum(scenario => Contestants.All.Count(contestant => contestant.Knows(scenario)));
var done = 0;
var tallies = Experiment.Run(Scenarios.All, Contestants.All, options.Rollouts, options.Seed, tally => Console.Error.WriteLine(
    $"{watch.Elapsed.TotalSeconds,4:0} s {++done,3} of {cells}  {Names.Of(tally.Scenario)}, {tally.Contestant.Name}: {100 * tally.RolledBackShare:0.#} % rolled back, {tally.ExposedBad:0.0} bad requests"));
var requirements = Requirements.Check(tallies);
var images = Directory.CreateDirectory(Path.Combine(docs, "images")).FullName;
File.WriteAllText(Path.Combine(docs, "decision-quality.md"), Report.Build(tallies, requirements, options.Rollouts, options.Seed));
foreach (var (name, svg) in Charts.Build(tallies))
{
    File.WriteAllText(Path.Combine(images, name), svg);
}

foreach (var requirement in requirements)
{
    Console.WriteLine($"{(requirement.Holds ? "holds  " : "BROKEN ")} {requirement.What}: {requirement.Figures}");
}

return requirements.All(requirement => requirement.Holds) ? 0 : 1;

static string? FindDocs()
{
    var folder = new DirectoryInfo(Directory.GetCurrentDirectory());
    while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
    {
        folder = folder.Parent;
    }

    return folder is null ? null : Path.Combine(folder.FullName, "docs");
}
