using System.Globalization;
using Canario.LocalCluster.Images;

namespace Canario.LocalCluster.Tests;

public sealed class ImageCacheTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("canario-cache-").FullName;
    private readonly ImageCache cache;
    private readonly string[] built;
    private readonly string[] taken;

    public ImageCacheTests()
    {
        cache = new ImageCache(Path.Combine(directory, "cache"), TimeProvider.System);
        built = [In("built", "operator.tar.gz"), In("built", "router.tar.gz")];
        taken = [In("taken", "operator.tar.gz"), In("taken", "router.tar.gz")];
        foreach (var archive in built)
            File.WriteAllText(archive, archive);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task What_was_put_in_comes_out_for_the_same_inputs_only()
    {
        Assert.False(await cache.TryTakeAsync("a", taken, default));
        await cache.PutAsync("a", built, default);

        Assert.False(await cache.TryTakeAsync("b", taken, default));
        Assert.All(taken, archive => Assert.False(File.Exists(archive)));
        Assert.True(await cache.TryTakeAsync("a", taken, default));
        Assert.Equal(built.Select(File.ReadAllText), taken.Select(File.ReadAllText));
    }

    [Theory]
    [InlineData("router.tar.gz", "half")]
    [InlineData("router.tar.gz", null)]
    [InlineData("operator.tar.gz.sha256", null)]
    public async Task An_archive_that_is_not_whole_is_not_taken_and_can_be_put_in_again(string file, string? content)
    {
        await cache.PutAsync("a", built, default);
        var damaged = Path.Combine(directory, "cache", "a", file);
        if (content is null)
            File.Delete(damaged);
        else
            File.WriteAllText(damaged, content);

        Assert.False(await cache.TryTakeAsync("a", taken, default));
        await cache.PutAsync("a", built, default);
        Assert.True(await cache.TryTakeAsync("a", taken, default));
    }

    [Fact]
    public async Task Of_many_sets_those_used_last_are_kept()
    {
        for (var i = 0; i < ImageCache.Kept; i++)
            await cache.PutAsync(i.ToString(CultureInfo.InvariantCulture), built, default);
        Assert.True(await cache.TryTakeAsync("0", taken, default));
        await cache.PutAsync("new", built, default);

        Assert.False(await cache.TryTakeAsync("1", taken, default));
        Assert.True(await cache.TryTakeAsync("0", taken, default));
        Assert.True(await cache.TryTakeAsync("new", taken, default));
    }

    private string In(string folder, string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(directory, folder)).FullName, name);
}
