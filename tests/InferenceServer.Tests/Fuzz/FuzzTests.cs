using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.TestModels;
using Xunit.Abstractions;

namespace Canario.InferenceServer.Tests.Fuzz;

/// <summary>
/// Requests of every codec, a little wrong. <c>make fuzz</c> sends more of them: CANARIO_FUZZ_REQUESTS says how many, CANARIO_FUZZ_SEED which ones.
/// A failure tells the seed, the path and the body.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Senders = 4;

    // In the ordinary run.
    private const int FewRequests = 14_000;

    // To the model that fails, whose every failure is logged: a part of the others.
    private const int FailingShare = 4;

    // How RequestFailures begins what it tells of a failed run.
    private const string ModelFailed = "the model failed on this input (";

    // No request here takes a hundredth of it; a server that hangs takes more.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Requests_that_are_nearly_right_are_answered_and_never_break_the_server()
    {
        int requests = Read("CANARIO_FUZZ_REQUESTS", FewRequests);
        int seed = Read("CANARIO_FUZZ_SEED", 11);
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (_, JsonNode before) = await server.PostAsync("/predict", ModelFolder.Row);
        Dictionary<string, SortedDictionary<int, int>> counts = await SendAllAsync(server, FuzzSeed.All, seed, requests, mayFail: false);

        (int status, JsonNode after) = await server.PostAsync("/predict", ModelFolder.Row);
        Assert.Equal(200, status);
        Assert.Equal(before["probabilities"]!.ToJsonString(), after["probabilities"]!.ToJsonString());
        // Both happened often, so the mutations were neither all harmless nor all fatal.
        foreach ((string codec, int right, int wrong) in new[] { (FuzzSeed.Json, 200, 400), (FuzzSeed.Binary, 200, 400), (FuzzSeed.Grpc, 0, 3) })
        {
            int all = counts[codec].Values.Sum();
            Assert.True(counts[codec][right] > all / 40 && counts[codec][wrong] > all / 4, $"of {all} {codec} requests {counts[codec][right]} were taken and {counts[codec][wrong]} refused");
        }
    }

    [Fact]
    public async Task Requests_on_which_the_model_fails_are_told_so_and_fail_alone()
    {
        int requests = Read("CANARIO_FUZZ_REQUESTS", FewRequests) / FailingShare;
        int seed = Read("CANARIO_FUZZ_SEED", 11);
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        Dictionary<string, SortedDictionary<int, int>> counts = await SendAllAsync(server, FuzzSeed.OfLookup, seed, requests, mayFail: true);
        (int status, JsonNode after) = await server.PostAsync("/v1/models/m:predict", """{"instances":[0,2]}""");
        Assert.Equal(200, status);
        Assert.Equal("[10,30]", after["predictions"]!.ToJsonString());
        foreach ((string codec, int right, int failed) in new[] { (FuzzSeed.Json, 200, 500), (FuzzSeed.Binary, 200, 500), (FuzzSeed.Grpc, 0, 13) })
        {
            int taken = counts[codec].GetValueOrDefault(right);
            int broken = counts[codec].GetValueOrDefault(failed);
            int all = counts[codec].Values.Sum();
            Assert.True(taken > 0 && broken > all / 200, $"of {all} {codec} requests {taken} were taken and the model failed on {broken}");
        }
    }

    private async Task<Dictionary<string, SortedDictionary<int, int>>> SendAllAsync(TestServer server, FuzzSeed[] seeds, int seed, int requests, bool mayFail)
    {
        var counts = new Dictionary<string, SortedDictionary<int, int>>();
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAsync(server, seeds, seed * 1000 + sender, requests / Senders, mayFail, counts))));
        foreach ((string codec, SortedDictionary<int, int> codes) in counts)
            output.WriteLine($"{codec}: {string.Join(", ", codes.Select(pair => $"{pair.Value} answered {pair.Key}"))}");
        return counts;
    }

    private static async Task SendAsync(TestServer server, FuzzSeed[] seeds, int seed, int requests, bool mayFail, Dictionary<string, SortedDictionary<int, int>> counts)
    {
        var mutator = new Mutator(seed);
        byte[][] bodies = [.. seeds.Select(known => known.Body)];
        using var grpc = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.GrpcPort}"), Timeout = s_patience };
        using var rest = new HttpClient { BaseAddress = server.Client.BaseAddress, Timeout = s_patience };
        for (int i = 0; i < requests; i++)
        {
            FuzzSeed known = seeds[i % seeds.Length];
            byte[] body = mutator.Mutate(known.Body, bodies);
            string what = $"request {i} of seed {seed}, {known.Codec} to {known.Path}, body {Convert.ToBase64String(body)}";
            int code;
            try
            {
                using HttpRequestMessage request = known.Request(body, mutator);
                using HttpResponseMessage response = await (known.Codec == FuzzSeed.Grpc ? grpc : rest).SendAsync(request);
                byte[] answer = await response.Content.ReadAsByteArrayAsync();
                code = known.Codec == FuzzSeed.Grpc ? CheckGrpc(response, mayFail, what) : CheckRest(known, response, answer, mayFail, what);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                throw new InvalidOperationException($"no answer ({e.Message}) to {what}", e);
            }

            lock (counts)
            {
                if (!counts.TryGetValue(known.Codec, out SortedDictionary<int, int>? codes)) counts[known.Codec] = codes = [];
                codes[code] = codes.GetValueOrDefault(code) + 1;
            }
        }
    }

    private static int CheckRest(FuzzSeed known, HttpResponseMessage response, byte[] answer, bool mayFail, string what)
    {
        int status = (int)response.StatusCode;
        // The model failed, said by itself: never the server.
        bool failed = mayFail && status == 500 && Encoding.UTF8.GetString(answer).StartsWith($"{{\"error\":\"{ModelFailed}", StringComparison.Ordinal);
        Assert.True(failed || status is 200 or 503 or >= 400 and < 500, $"{status} for {what}");
        if (status != 200)
        {
            RequireError(answer, what);
        }
        else if (known.MediaType == "application/x-ndjson")
        {
            foreach (string line in Encoding.UTF8.GetString(answer).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                int? row = (int?)JsonNode.Parse(line)!["status"];
                Assert.True(row is null or 503 or >= 400 and < 500, $"a line of {row} for {what}");
            }
        }

        return status;
    }

    private static int CheckGrpc(HttpResponseMessage response, bool mayFail, string what)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string? text = response.TrailingHeaders.TryGetValues("grpc-status", out IEnumerable<string>? trailer) ? trailer.Single()
            : response.Headers.TryGetValues("grpc-status", out IEnumerable<string>? header) ? header.Single() : null;
        Assert.True(int.TryParse(text, CultureInfo.InvariantCulture, out int code), $"no grpc-status for {what}");
        bool failed = mayFail && code == 13 && response.TrailingHeaders.GetValues("grpc-message").Single().StartsWith(ModelFailed, StringComparison.Ordinal);
        // Invalid, not found, too large, unknown encoding, busy: never unknown (2) or internal (13).
        Assert.True(failed || code is 0 or 3 or 5 or 8 or 12 or 14, $"grpc-status {code} for {what}");
        return code;
    }

    private static void RequireError(byte[] answer, string what)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(answer);
            // Feedback tells of each of many.
            JsonElement error = document.RootElement.TryGetProperty("error", out JsonElement alone) ? alone : document.RootElement.GetProperty("refused")[0].GetProperty("error");
            Assert.Equal(JsonValueKind.String, error.ValueKind);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            Assert.Fail($"{Encoding.UTF8.GetString(answer)} is no error, for {what}");
        }
    }

    private static int Read(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
