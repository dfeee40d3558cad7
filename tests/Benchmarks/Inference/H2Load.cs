using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Canario.Benchmarks.Inference;

/// <summary>Debian's h2load, which speaks both protocols, on the second core where there is one.</summary>
internal static partial class H2Load
{
    // By count: what is under way when a time is over would be told as failed.
    private const int Requests = 200_000;

    /// <param name="url">What is posted to.</param>
    /// <param name="body">File of the request's body.</param>
    /// <param name="connections">At once.</param>
    /// <param name="streams">Requests at once on a connection; 1: HTTP/1.1, else HTTP/2 without TLS.</param>
    /// <param name="headers">Of a request, <c>name: value</c>.</param>
    /// <returns>Requests answered, requests a second, and those that were not answered with a 2xx.</returns>
    public static async Task<(long Requests, double Rate, long Failed)> RunAsync(Uri url, string body, int connections, int streams, params string[] headers)
    {
        List<string> arguments = ["-t1", $"-c{connections}", $"-m{streams}", $"-n{Requests}", "-d", body];
        if (streams == 1) arguments.Add("--h1");
        foreach (string header in headers) arguments.AddRange(["-H", header]);
        using Process process = Pinned.Start(1, "/usr/bin/h2load", [.. arguments, url.ToString()]);
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Match match = Summary().Match(text);
        if (!match.Success) throw new InvalidOperationException("h2load said: " + text);
        double[] figures = [.. match.Groups.Values.Skip(1).Select(group => double.Parse(group.Value, CultureInfo.InvariantCulture))];
        return ((long)figures[1], figures[0], (long)(figures[2] + figures[3] + figures[4]));
    }

    [GeneratedRegex(@"([\d.]+) req/s[\s\S]*? (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout")]
    private static partial Regex Summary();
}
