using Canario.Demo;
using Canario.LocalCluster;

const string help = """
    The main job end to end on a real Kubernetes: serve a model, promote a good version, take two bad ones back, switch
    blue-green there and back, all under load. Exits with 1 when an outcome is not the expected one or a request failed.

    usage: demo [--rate N] [--limit SECONDS] [--skip-images] [--host ADDRESS]   run it (the node stays up; run it again as often as you like)
           demo down                                                            remove what it made, the local node included

      --rate N        requests a second sent all the while, 1 to 1000; default 100
      --limit SECONDS the longest that one rollout may take, 1 to 3600; default 300
      --skip-images   use the images that the node already has
      --host ADDRESS  an address of this machine that pods reach, for a cluster that KUBECONFIG names: the demo serves models and
                      runs Prometheus there; default: CANARIO_HOST of the environment. Load the images into that cluster beforehand
      -h, --help      this text
    """;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl-C ends the demo in order; a second one ends the process.
    pressed.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};

try
{
    switch (DemoOptions.Parse(args))
    {
        case { Help: true }:
            Console.WriteLine(help);
            return 0;
        case { Down: true }:
            await Demonstration.RemoveAsync(stop.Token);
            return 0;
        case var options:
            return await Demonstration.RunAsync(options, stop.Token) ? 0 : 1;
    }
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("stopped; `make demo-down` removes what is there");
    return 130;
}
catch (Exception e) when (e is DemoException or LocalClusterException or TimeoutException)
{
    Console.Error.WriteLine($"demo: {e.Message}");
    return 1;
}
