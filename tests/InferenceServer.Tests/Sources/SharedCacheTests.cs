using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Models.Fetching;
using Canario.InferenceServer.Models.Weights;

namespace Canario.InferenceServer.Tests.Sources;

public sealed class SharedCacheTests : IDisposable
{
    private static readonly (string Location, string Sha256)[] s_weights = [("a/b.data", "2"), ("c.data", "3")];

    private readonly string _cache = Directory.CreateTempSubdirectory("canario-links-").FullName;

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    [Fact]
    public async Task Whoever_makes_a_folder_finds_it_whole_whatever_others_do_at_once()
    {
        foreach (string digest in new[] { "1", "2", "3" })
        {
            Directory.CreateDirectory(Path.Combine(_cache, "sha256"));
            await File.WriteAllTextAsync(Path.Combine(_cache, "sha256", digest), digest);
        }

        for (int round = 0; round < 50; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            {
                string path = Links().Make("1", s_weights).Path;
                string folder = Path.GetDirectoryName(path)!;
                Assert.Equal("1", File.ReadAllText(path));
                foreach ((string location, string sha256) in s_weights) Assert.Equal(sha256, File.ReadAllText(Path.Combine(folder, location)));
            })));
            Directory.Delete(Path.Combine(_cache, "models"), recursive: true);
        }
    }

    [Fact]
    public async Task A_file_that_another_process_is_just_putting_there_is_waited_for()
    {
        string path = Path.Combine(_cache, "file");
        Task<FileStream> opening;
        await using (var alone = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
        {
            opening = ModelCache.OpenAsync(path, default);
            Assert.False(opening.IsCompleted);
        }

        await using FileStream opened = await opening;
        await Assert.ThrowsAsync<FileNotFoundException>(() => ModelCache.OpenAsync(path + "2", default));
    }

    [Fact]
    public void Other_weights_under_the_same_names_have_another_folder()
    {
        (string, string)[][] contents = [s_weights, [("a/b.data", "3"), ("c.data", "2")], [("c.data", "3")], [("a/b.data", "2"), ("d.data", "3")]];
        string[] folders = [.. contents.Select(weights => Links().Make("1", weights).Digest), Links().Make("4", s_weights).Digest];
        Assert.Equal(folders.Length, folders.Distinct().Count());
        Assert.Equal(folders[0], Links().Make("1", s_weights).Digest);
    }

    private ModelLinks Links() => new(new ServerOptions { CacheDirectory = _cache });
}
