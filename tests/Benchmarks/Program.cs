using Canario.Benchmarks.Inference;
using Canario.Benchmarks.Operator;
using Canario.Benchmarks.Router;

// A benchmark's own peer in a process of its own.
if (args is [BareServer.Command, var port]) return await BareServer.RunAsync(port);

// The first argument is the name; none: all, one after the other.
(string Name, Func<Task<int>> Run)[] benchmarks =
[
    ("inference", InferenceBenchmark.RunAsync),
    ("peers", PeerBenchmark.RunAsync),
    ("batching", BatchBenchmark.RunAsync),
    ("decode", DecodeBenchmark.RunAsync),
    ("grpc", GrpcBenchmark.RunAsync),
    ("soak", SoakBenchmark.RunAsync),
    ("router", RouterBenchmark.RunAsync),
    ("shadow", MirrorBenchmark.RunAsync),
    ("operator", OperatorBenchmark.RunAsync),
    ("decision", DecisionBenchmark.RunAsync),
    ("crowd", CrowdBenchmark.RunAsync),
];

int failures = 0;
(string Name, Func<Task<int>> Run)[] chosen = args.Length == 0 ? benchmarks : [.. benchmarks.Where(benchmark => benchmark.Name == args[0])];
if (chosen.Length == 0)
{
    Console.Error.WriteLine($"'{args[0]}' is no benchmark: {string.Join(", ", benchmarks.Select(benchmark => benchmark.Name))}");
    return 2;
}

foreach ((string name, Func<Task<int>> run) in chosen)
{
    Console.WriteLine($"== {name}");
    failures += await run();
}

return failures == 0 ? 0 : 1;
