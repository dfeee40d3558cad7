using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Provisioning;

/// <summary>Fetches Debian's source package of Kubernetes by the machine's own package sources and compiles it.</summary>
internal sealed class KubernetesBuild(string scratch, Steps steps)
{
    /// <summary>Returns a folder that holds the binaries and nothing else.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(scratch);
        await steps.DuringAsync($"Fetching the source package of Kubernetes {KubernetesBinaries.Version}", FetchAsync(cancellationToken));
        var description = Directory.GetFiles(scratch, "kubernetes_*.dsc") is [var only]
            ? only
            : throw new LocalClusterException("apt-get fetched no source package of Kubernetes (Debian 12 has it).");
        // The archive's newest may be another release, under whose name the cache must not lie.
        if (!Path.GetFileName(description).Contains(KubernetesBinaries.Version, StringComparison.Ordinal))
            throw new LocalClusterException($"Kubernetes {KubernetesBinaries.Version} is needed, the package sources hold {Path.GetFileName(description)}.");
        var source = Path.Combine(scratch, "src");
        await steps.DuringAsync("Unpacking it", Command.RunAsync("dpkg-source", ["--extract", description, source], cancellationToken));
        await ReplaceReflect2Async(source, cancellationToken);
        steps.Say("It is compiled once a machine, in about 7 minutes on two idle cores");
        var progress = new CompileProgress(KubernetesBinaries.Names, name => File.Exists(Path.Combine(source, "_output/local/go/bin", name)));
        await steps.DuringAsync("Compiling Kubernetes", CompileAsync(source, progress, cancellationToken), progress.ToString);
        return Collect(source);
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        var sources = Directory.CreateDirectory(Path.Combine(scratch, "sources")).FullName;
        var lists = Directory.CreateDirectory(Path.Combine(scratch, "lists", "partial")).Parent!.FullName;
        AptSources.WriteSourceEntries(sources);
        string[] options = ["-o", "Dir::Etc::sourcelist=/dev/null", "-o", $"Dir::Etc::sourceparts={sources}", "-o", $"Dir::State::Lists={lists}"];
        await Command.RunAsync("apt-get", [.. options, "-q", "update"], cancellationToken);
        await Command.RunAsync("apt-get", [.. options, "-q", "source", "--download-only", "kubernetes"], cancellationToken, scratch);
    }

    // reflect2 1.0.1 of the vendored tree makes the API server crash, compiled by Go 1.19, on the first write of a custom resource.
    private static async Task ReplaceReflect2Async(string source, CancellationToken cancellationToken)
    {
        var installed = (await Command.RunAsync("dpkg-query", ["-W", "-f=${Version}", "golang-github-modern-go-reflect2-dev"], cancellationToken)).Trim();
        if (!installed.StartsWith(KubernetesBinaries.Reflect2Version, StringComparison.Ordinal))
            throw new LocalClusterException($"reflect2 {KubernetesBinaries.Reflect2Version} is needed to build Kubernetes, {installed} is installed.");
        var vendored = Path.Combine(source, "vendor/github.com/modern-go/reflect2");
        Directory.Delete(vendored, recursive: true);
        await Command.RunAsync("cp", ["-rL", "/usr/share/gocode/src/github.com/modern-go/reflect2", vendored], cancellationToken);
    }

    private async Task CompileAsync(string source, CompileProgress progress, CancellationToken cancellationToken)
    {
        var goPath = Path.Combine(scratch, "gopath");
        Directory.CreateDirectory(Path.Combine(goPath, "src/k8s.io"));
        var tree = Path.Combine(goPath, "src/k8s.io/kubernetes");
        Directory.CreateSymbolicLink(tree, source);
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/lib/go-1.19/bin:" + Environment.GetEnvironmentVariable("PATH"),
            ["GOPATH"] = goPath,
            ["GO111MODULE"] = "off",
            ["CGO_ENABLED"] = "0",
            ["GOCACHE"] = Path.Combine(scratch, "gocache"),
            // Names each package when it is compiled; minutes pass between two lines of the build itself.
            ["GOFLAGS"] = "-v",
            // Go's tools find the package by the path of the symbolic link, not of the tree behind it.
            ["PWD"] = tree,
        };
        var what = "WHAT=" + string.Join(' ', KubernetesBinaries.Names.Select(name => "cmd/" + name));
        await Command.WatchAsync("/bin/sh", ["-c", "cd \"$1\" && exec make \"$2\"", "sh", tree, what], progress.Read, environment, cancellationToken);
    }

    private string Collect(string source)
    {
        var built = Directory.CreateDirectory(Path.Combine(scratch, "built")).FullName;
        foreach (var name in KubernetesBinaries.Names)
            File.Move(Path.Combine(source, "_output/local/bin/linux/amd64", name), Path.Combine(built, name));
        return built;
    }
}
