using Canario.LocalCluster.Provisioning;

namespace Canario.LocalCluster.Tests;

public sealed class AptSourcesTests
{
    [Theory]
    [InlineData("deb http://mirror.example/debian bookworm main contrib", "deb-src http://mirror.example/debian bookworm main\n")]
    [InlineData("deb [arch=amd64] http://mirror.example/debian bookworm-updates main", "deb-src [arch=amd64] http://mirror.example/debian bookworm-updates main\n")]
    [InlineData("deb http://vendor.example/apt stable main", "")]
    [InlineData("# deb http://mirror.example/debian bookworm main", "")]
    public void One_line_entries_of_Debian_become_source_entries_and_others_are_left_out(string entry, string expected) =>
        Assert.Equal(expected, AptSources.FromOneLine(entry));

    [Fact]
    public void Stanzas_of_Debian_become_source_stanzas_and_others_are_left_out()
    {
        const string content = "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\n\n"
            + "Types: deb\nURIs: http://vendor.example/node\nSuites: nodistro\nComponents: main\n";

        Assert.Equal(
            "Types: deb-src\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\n",
            AptSources.FromDeb822(content));
    }
}
