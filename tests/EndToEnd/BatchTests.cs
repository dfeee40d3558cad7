using System.Net;
using System.Text.Json;
using Canario.Demo;
using Canario.LocalCluster;

namespace Canario.EndToEnd;

/// <summary>The sample's Job on the node: the image that serves, a volume, and a pod that is taken away in the middle.</summary>
[Collection(TrafficGroup.Name)]
public sealed class BatchTests(StageFixture fixture)
{
    private const string Job = "job/predict-penguins";
    private const string Volume = "e2e-batch";
    private const int Copies = 50;

    [Fact]
    public async Task A_Job_whose_pod_goes_half_way_predicts_each_row_once_and_made_again_finds_its_work_done()
    {
        await using var place = await fixture.OpenPlaceAsync("batch");
        var lines = await File.ReadAllLinesAsync(Path.Combine(Checkout.Root, "samples", "data", "penguins.csv"));
        string[] rows = [.. Enumerable.Repeat(lines[1..], Copies).SelectMany(copy => copy)];
        await using var input = await HaltingRows.StartAsync([.. string.Join('\n', [lines[0], .. rows]).Select(c => (byte)c)], IPAddress.Parse(new Uri(fixture.Stage.Models.Address).Host));
        var output = Directory.CreateTempSubdirectory("canario-batch-").FullName;
        try
        {
            await MakeVolumeAsync(place, output);
            var yaml = await ReadSampleAsync(input.Address);
            await place.ApplyAsync(yaml);
            await UntilAsync(async () => (await LogsAsync(place)).Contains("rows done", StringComparison.Ordinal));
            await place.KubectlAsync("delete", "pod", "--selector", "job-name=predict-penguins");
            input.GoOn();

            await place.KubectlAsync("wait", "--for=condition=Complete", Job, "--timeout=120s");
            using var summary = Summary(await LogsAsync(place));
            Assert.Equal((true, rows.Length, 0), (summary.RootElement.GetProperty("complete").GetBoolean(), summary.RootElement.GetProperty("rows").GetInt32(), summary.RootElement.GetProperty("refused").GetInt32()));
            Assert.InRange(summary.RootElement.GetProperty("resumedAtRow").GetInt32(), 1, rows.Length / 2);
            Assert.True(input.Starts.Last() > 0, "all rows were read again");
            var before = await ReadOutputAsync(output, rows);

            await place.KubectlAsync("delete", Job);
            await place.ApplyAsync(yaml);
            await place.KubectlAsync("wait", "--for=condition=Complete", Job, "--timeout=120s");
            Assert.Equal(before, await ReadOutputAsync(output, rows));
        }
        finally
        {
            // The pods that write there first. The volume goes when its claim does, with the place.
            await place.KubectlAsync("delete", Job, "--ignore-not-found", "--cascade=foreground");
            await place.KubectlAsync("delete", "persistentvolume", Volume, "--ignore-not-found", "--wait=false");
            Directory.Delete(output, recursive: true);
        }
    }

    /// <summary>The local node has nothing that makes volumes; a cluster of its users' has.</summary>
    private static async Task MakeVolumeAsync(Place place, string folder)
    {
        if (Stage.ForeignKubeconfig is not null)
        {
            return;
        }

        // A volume of that type stays as it is, whatever fsGroup the pod has.
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        await place.KubectlAsync("delete", "persistentvolume", Volume, "--ignore-not-found");
        await place.ApplyAsync($$"""
            apiVersion: v1
            kind: PersistentVolume
            metadata:
              name: {{Volume}}
            spec:
              capacity: {storage: 1Gi}
              accessModes: [ReadWriteOnce]
              persistentVolumeReclaimPolicy: Retain
              claimRef: {namespace: {{place.Manifests.Namespace}}, name: penguin-predictions}
              hostPath: {path: {{folder}}}
            """);
    }

    private async Task<string> ReadSampleAsync(string rows)
    {
        var yaml = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "samples", "batch.yaml"));
        return yaml
            .Replace("http://models.example/data/penguins.csv", rows, StringComparison.Ordinal)
            .Replace("http://models.example", fixture.Stage.Models.Address, StringComparison.Ordinal)
            .Replace("canario/inference-server:0.1.0", "canario/inference-server:dev", StringComparison.Ordinal)
            .Replace("- --keep=species", "- --keep=species\n            - --progress-seconds=1", StringComparison.Ordinal);
    }

    /// <summary>Of the Job's newest pod; empty while there is none that runs.</summary>
    private static async Task<string> LogsAsync(Place place)
    {
        try
        {
            var pod = await place.KubectlAsync("get", "pods", "--selector", "job-name=predict-penguins", "--sort-by", "{.metadata.creationTimestamp}", "--output", "jsonpath={.items[-1:].metadata.name}");
            return await place.KubectlAsync("logs", pod);
        }
        catch (DemoException)
        {
            return "";
        }
    }

    private static JsonDocument Summary(string logs) =>
        JsonDocument.Parse(logs.Split('\n', StringSplitOptions.RemoveEmptyEntries).Last(line => line.StartsWith("{\"complete\"", StringComparison.Ordinal)));

    /// <summary>The rows in their order, each with its own label and the prediction that each copy of it has; the file's text.</summary>
    private static async Task<string> ReadOutputAsync(string folder, string[] rows)
    {
        if (Stage.ForeignKubeconfig is not null)
        {
            return "";
        }

        var text = await File.ReadAllTextAsync(Path.Combine(folder, "penguins.csv"));
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("row,species,prediction,", lines[0], StringComparison.Ordinal);
        Assert.Equal(rows.Length, lines.Length - 1);
        var distinct = rows.Length / Copies;
        for (var i = 0; i < rows.Length; i++)
        {
            Assert.StartsWith($"{i},{rows[i].Split(',')[0]},", lines[i + 1], StringComparison.Ordinal);
            Assert.Equal(lines[(i % distinct) + 1].Split(',', 2)[1], lines[i + 1].Split(',', 2)[1]);
        }

        return text;
    }

    private static async Task UntilAsync(Func<Task<bool>> reached)
    {
        using var patience = new CancellationTokenSource(StageFixture.Patience);
        while (!await reached())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), patience.Token);
        }
    }
}
