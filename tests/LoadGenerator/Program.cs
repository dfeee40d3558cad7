using Canario.LoadGenerator;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(Arguments.Usage);
    return 0;
}
LoadOptions options;
try
{
    options = Arguments.Parse(args);
}
catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"{e.Message}\n\n{Arguments.Usage}");
    return 2;
}

await using var run = Load.Start(options);
// The first Ctrl-C ends the run with its summary; the second one ends the process.
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = !run.Completion.IsCompleted && !stopping;
    stopping = true;
    _ = run.StopAsync();
};
var (start, end) = Console.IsErrorRedirected ? ("", "\n") : ("\r\x1b[K", "");
while (await Task.WhenAny(run.Completion, Task.Delay(TimeSpan.FromSeconds(1), options.TimeProvider)) != run.Completion)
    Console.Error.Write($"{start}{Progress.Line(run.Snapshot())}{end}");
var report = await run.Completion;
Console.Error.WriteLine($"{start}{Progress.Line(report)}");
Console.WriteLine(ReportJson.Write(report));
return report.Failed == 0 ? 0 : 1;

internal sealed partial class Program
{
    private static volatile bool stopping;
}
