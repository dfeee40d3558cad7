using Canario.LocalCluster.Images;

namespace Canario.LocalCluster.Tests;

public sealed class ImageInputsTests : IDisposable
{
    private static readonly ImageOptions Options = new();
    private readonly string root = Directory.CreateTempSubdirectory("canario-inputs-").FullName;

    public ImageInputsTests()
    {
        Write("src/Router/Program.cs", "class A;");
        Write("src/Router/Router.csproj", "<Project />");
        Write("Directory.Build.props", "<Project />");
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("src/Router/Program.cs", "class B;")]
    [InlineData("src/Router/Deep/Er/New.cs", "class C;")]
    [InlineData("src/Router/native/package-lock.json", "{}")]
    [InlineData("Directory.Build.props", "<Project> </Project>")]
    [InlineData("Directory.Packages.props", "<Project />")]
    [InlineData("global.json", "{}")]
    [InlineData("NuGet.config", "<configuration />")]
    [InlineData("build/images.proj", "<Project />")]
    [InlineData("tests/LocalCluster/Images/ContainerImages.cs", "class D;")]
    public async Task A_changed_or_new_source_is_another_image(string path, string content)
    {
        var before = await DigestAsync(Options);
        Write(path, content);
        Assert.NotEqual(before, await DigestAsync(Options));
    }

    [Fact]
    public async Task A_source_that_goes_or_has_another_name_is_another_image()
    {
        var before = await DigestAsync(Options);
        File.Move(Path.Combine(root, "src/Router/Program.cs"), Path.Combine(root, "src/Router/Main.cs"));
        var renamed = await DigestAsync(Options);
        File.Delete(Path.Combine(root, "src/Router/Main.cs"));
        Assert.Equal(3, new[] { before, renamed, await DigestAsync(Options) }.Distinct().Count());
    }

    [Fact]
    public async Task Another_tag_base_image_or_way_to_compile_is_another_image()
    {
        ImageOptions[] all = [Options, Options with { Tag = "other" }, Options with { ReadyToRun = false }, Options with { BaseImage = "base.example/a" }, Options with { BaseImage = "base.example/b" }];
        var digests = new HashSet<string>();
        foreach (var options in all)
            digests.Add(await DigestAsync(options));
        Assert.Equal(all.Length, digests.Count);
    }

    [Theory]
    [InlineData("src/Router/bin/Router.dll")]
    [InlineData("src/Router/obj/project.assets.json")]
    [InlineData("src/Router/native/node_modules/package/index.js")]
    [InlineData("artifacts/bin/Router.dll")]
    [InlineData("README.md")]
    [InlineData("tests/Router.Tests/RouterTests.cs")]
    public async Task What_is_built_of_the_sources_and_what_no_image_holds_changes_nothing(string path)
    {
        var before = await DigestAsync(Options);
        Write(path, "x");
        Assert.Equal(before, await DigestAsync(Options));
    }

    [Fact]
    public void Every_project_that_an_image_is_made_of_is_read()
    {
        var files = ImageInputs.Files(Checkout.Root);
        Assert.All(Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.csproj", SearchOption.AllDirectories), project => Assert.Contains(Path.GetRelativePath(Checkout.Root, project), files));
        Assert.Contains("Directory.Build.targets", files);
        Assert.Contains("build/images.proj", files);
        Assert.Contains("tests/LocalCluster/Images/ImageInputs.cs", files);
    }

    private Task<string> DigestAsync(ImageOptions options) => ImageInputs.DigestAsync(root, options, CancellationToken.None);

    private void Write(string path, string content)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}
