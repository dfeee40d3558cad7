using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Canario.Architecture.Tests;

/// <summary>docs/architecture.md as a test.</summary>
public sealed partial class WhoMaySeeWhom
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Statistics"] = [],
        ["Rollouts"] = ["Statistics"],
        ["Contract"] = [],
        ["Kubernetes"] = [],
        ["Telemetry"] = [],
        ["Loops"] = [],
        ["OnnxRuntime"] = [],
        ["Operator"] = ["Contract", "Kubernetes", "Rollouts", "Statistics", "Telemetry"],
        ["Router"] = ["Contract", "Kubernetes", "Loops", "Telemetry"],
        ["InferenceServer"] = ["Contract", "Loops", "OnnxRuntime", "Statistics", "Telemetry"],
        ["Kubectl"] = ["Contract", "Kubernetes"],
    };

    [Fact]
    public void A_room_references_no_room_that_it_may_not_see()
    {
        Assert.NotEmpty(Rooms.References);
        foreach (var (room, references) in Rooms.References)
        {
            Assert.True(Allowed.TryGetValue(room, out var allowed), $"src/{room} is in no line of docs/architecture.md");
            var tooMany = references.Except(allowed!).ToArray();
            Assert.True(tooMany.Length == 0, $"src/{room} must not reference {string.Join(", ", tooMany)}");
        }
    }

    [Fact]
    public void Transitive_references_are_off()
    {
        var properties = XDocument.Load(Path.Combine(Rooms.Root, "Directory.Build.props"));
        Assert.Equal("true", properties.Descendants("DisableTransitiveProjectReferences").Single().Value);
    }

    [Theory]
    [InlineData("Statistics")]
    [InlineData("Rollouts")]
    public void The_core_bans_clocks_tasks_and_input(string room)
    {
        var project = XDocument.Load(Path.Combine(Rooms.Root, "src", room, $"{room}.csproj"));
        Assert.Contains(project.Descendants("AdditionalFiles"), file => file.Attribute("Include")!.Value.EndsWith("BannedSymbols.Pure.txt", StringComparison.Ordinal));
        Assert.Empty(project.Descendants("PackageReference"));
        foreach (var file in Rooms.SourceFiles(room))
        {
            Assert.DoesNotMatch(Impure(), File.ReadAllText(file));
        }
    }

    [Fact]
    public void Unsafe_code_is_allowed_in_one_room()
    {
        var unsafeRooms = Rooms.References.Keys
            .Where(room => File.ReadAllText(Path.Combine(Rooms.Root, "src", room, $"{room}.csproj")).Contains("<AllowUnsafeBlocks>true", StringComparison.Ordinal))
            .ToArray();
        Assert.Equal(["OnnxRuntime"], unsafeRooms);
    }

    [Fact]
    public void System_calls_are_declared_in_one_file()
    {
        var declaring = Rooms.References.Keys.Where(room => room != "OnnxRuntime").SelectMany(Rooms.SourceFiles).Where(file => NativeImport().IsMatch(File.ReadAllText(file)));
        Assert.Equal(["src/Loops/Libc.cs"], declaring.Select(file => Path.GetRelativePath(Rooms.Root, file)));
    }

    [Fact]
    public void The_API_client_knows_no_kind_of_ours()
    {
        foreach (var file in Rooms.SourceFiles("Kubernetes"))
        {
            Assert.DoesNotContain("canario.dev", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_package_version_stands_in_one_file()
    {
        foreach (var room in Rooms.References.Keys)
        {
            var project = XDocument.Load(Path.Combine(Rooms.Root, "src", room, $"{room}.csproj"));
            Assert.All(project.Descendants("PackageReference"), package => Assert.Null(package.Attribute("Version")));
        }
    }

    [GeneratedRegex("DllImport|LibraryImport")]
    private static partial Regex NativeImport();

    [GeneratedRegex(@"\basync\b|\bawait\b|DateTimeOffset\.UtcNow|DateTime\.UtcNow|TimeProvider|\bFile\.|\bRandom\b")]
    private static partial Regex Impure();
}
