using System.Text;
using Canario.InferenceServer.V2;

namespace Canario.InferenceServer.Tests;

public sealed class FuzzTests
{
    [Fact]
    public async Task Mutated_bodies_are_answered_200_or_400_and_never_break_the_server()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        string raw = "\0\0\u0001\0\0\0\0\u0003\0\0\0\0\0\0\0\0";
        (string Path, string Json, string Tail)[] seeds =
        [
            ("/predict", ModelFolder.Row, ""),
            ("/predict", $"[{ModelFolder.Row}]", ""),
            ("/predict", $$"""{"instances":[{{ModelFolder.Row}}]}""", ""),
            ("/v2/models/m/infer", """{"id":"é\n","inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[[1,2e3,-3.5,4]]}],"outputs":[{"name":"label"}]}""", ""),
            ("/v2/models/m/infer", """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}],"parameters":{"binary_data_output":true}}""", raw),
            ("/v2/models/m/infer", "", raw),
        ];
        int[] answers = new int[600];
#pragma warning disable CA5394 // A seeded walk.
        var random = new Random(11);
        for (int i = 0; i < 6000; i++)
        {
            (string path, string json, string tail) = seeds[i % seeds.Length];
            byte[] body = Encoding.UTF8.GetBytes(json + tail);
            int length = Encoding.UTF8.GetByteCount(json);
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                int at = random.Next(body.Length);
                if (random.Next(3) == 0) body = [.. body[..at], .. body[random.Next(at, body.Length)..], (byte)'}'];
                else body[at] = random.Next(2) == 0 ? (byte)random.Next(256) : "{}[]\",:0-e\\"u8[random.Next(11)];
            }

            if (random.Next(4) == 0) length = random.Next(body.Length + 2);
            using var content = new ByteArrayContent(body);
            if (tail.Length > 0) content.Headers.Add(V2Headers.JsonLength, $"{length}");
            using HttpResponseMessage response = await server.Client.PostAsync(path, content);
            answers[(int)response.StatusCode]++;
            if ((int)response.StatusCode is not (200 or 400)) Assert.Fail($"{response.StatusCode} for {Encoding.UTF8.GetString(body)}");
        }
#pragma warning restore CA5394

        // Both happened, so the mutations were neither all harmless nor all fatal.
        Assert.True(answers[200] > 100 && answers[400] > 1000, $"{answers[200]} were answered 200 and {answers[400]} 400");
    }
}
