using Canario.InferenceServer.Models.Fetching;

namespace Canario.InferenceServer.Tests.Sources;

public sealed class PartialPathTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("canario-partial-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_killed_processes_leave_is_found_again_and_does_not_pile_up()
    {
        (string first, FileStream held) = PartialPath.Open(_folder, "a key");
        (string second, FileStream alive) = PartialPath.Open(_folder, "a key");
        File.WriteAllText(PartialPath.ValidatorOf(second), "\"v1\"");
        Assert.NotEqual(first, second);
        held.Dispose();

        // The other one is still at it.
        (string again, held) = PartialPath.Open(_folder, "a key");
        Assert.Equal(first, again);
        Assert.True(File.Exists(second));
        held.Dispose();

        alive.Dispose();
        (again, held) = PartialPath.Open(_folder, "a key");
        using (held)
        {
            Assert.Equal(first, again);
            Assert.Equal([first], Directory.GetFiles(_folder));
        }
    }
}
