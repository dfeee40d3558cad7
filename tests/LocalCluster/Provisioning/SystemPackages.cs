using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Provisioning;

/// <summary>What each part needs of the operating system, installed when missing.</summary>
internal static class SystemPackages
{
    private const string ServicePolicy = "/usr/sbin/policy-rc.d";

    public static IReadOnlyList<SystemPackage> ForControlPlane { get; } =
    [
        new("etcd-server", "/usr/bin/etcd", "the store behind the API server"),
        new("util-linux", "/usr/bin/setpriv", "children that die with their parent"),
    ];

    public static IReadOnlyList<SystemPackage> ForKubernetesBuild { get; } =
    [
        new("golang-1.19-go", "/usr/lib/go-1.19/bin/go", "compiles Kubernetes"),
        new("golang-github-modern-go-reflect2-dev", "/usr/share/gocode/src/github.com/modern-go/reflect2", "a library of Kubernetes that its own tree has too old"),
        new("dpkg-dev", "/usr/bin/dpkg-source", "unpacks the source package"),
        new("make", "/usr/bin/make", "Kubernetes' build"),
        new("rsync", "/usr/bin/rsync", "Kubernetes' build"),
        new("jq", "/usr/bin/jq", "Kubernetes' build"),
    ];

    public static IReadOnlyList<SystemPackage> ForNode { get; } =
    [
        .. ForControlPlane,
        new("containerd", "/usr/bin/containerd", "runs containers"),
        new("runc", "/usr/sbin/runc", "starts containers"),
        new("containernetworking-plugins", "/usr/lib/cni/bridge", "the pods' network"),
        new("iptables", "/usr/sbin/iptables", "Services"),
        new("conntrack", "/usr/sbin/conntrack", "Services over UDP"),
        new("iproute2", "/usr/sbin/ip", "the pods' bridge"),
        new("socat", "/usr/bin/socat", "kubectl port-forward"),
        new("gcc", "/usr/bin/gcc", "the pause image's one program"),
        new("libc6-dev", "/usr/include/stdio.h", "the pause image's one program"),
    ];

    public static IReadOnlyList<SystemPackage> ForImages { get; } =
    [
        new("docker-registry", "/usr/bin/docker-registry", "hands the base image to the .NET SDK"),
        new("skopeo", "/usr/bin/skopeo", "puts the base image into the registry"),
        new("ca-certificates", "/etc/ssl/certs/ca-certificates.crt", "the base image's CA certificates"),
    ];

    /// <summary>All but what only a build of Kubernetes needs.</summary>
    public static IReadOnlyList<SystemPackage> ForAll { get; } = [.. ForNode, .. ForImages];

    public static async Task EnsureAsync(IReadOnlyList<SystemPackage> packages, Action<string> progress, CancellationToken cancellationToken)
    {
        var missing = packages.Where(package => !Path.Exists(package.Probe)).ToList();
        if (missing.Count == 0)
            return;
        var list = string.Join("\n", missing.Select(package => $"  {package.Name}: {package.Purpose}"));
        var names = missing.Select(package => package.Name).ToList();
        if (Environment.UserName != "root" || !File.Exists("/usr/bin/apt-get"))
        {
            throw new LocalClusterException(
                $"These Debian packages are missing:\n{list}\nInstall them as root: apt-get install --no-install-recommends {string.Join(' ', names)}");
        }

        progress($"These Debian packages are missing:\n{list}");
        await new Steps(progress, TimeProvider.System).DuringAsync("Installing them", InstallAsync(names, cancellationToken));
    }

    private static async Task InstallAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" };
        // Several of them are servers that Debian starts at installation; here they are only started by us, on loopback.
        var ownPolicy = !File.Exists(ServicePolicy);
        if (ownPolicy)
            await File.WriteAllTextAsync(ServicePolicy, "#!/bin/sh\nexit 101\n", cancellationToken);
        try
        {
            if (ownPolicy)
                File.SetUnixFileMode(ServicePolicy, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await Command.RunAsync("apt-get", ["update", "-q"], cancellationToken, environment: environment);
            await Command.RunAsync(
                "apt-get", ["install", "-y", "-q", "--no-install-recommends", .. names], cancellationToken, environment: environment);
        }
        finally
        {
            if (ownPolicy)
                File.Delete(ServicePolicy);
        }
    }
}
