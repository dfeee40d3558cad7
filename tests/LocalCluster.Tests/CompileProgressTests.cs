using Canario.LocalCluster.Provisioning;

namespace Canario.LocalCluster.Tests;

public sealed class CompileProgressTests
{
    private readonly HashSet<string> linked = [];
    private readonly CompileProgress progress;

    public CompileProgressTests() => progress = new CompileProgress(["kubelet", "kube-proxy"], linked.Contains);

    [Fact]
    public void Before_the_first_line_it_is_preparing() => Assert.Equal("preparing", progress.ToString());

    [Fact]
    public void The_program_that_generates_code_is_named()
    {
        Read("+++ [1121 16:14:02] Building go targets for linux/amd64:", "    ./vendor/k8s.io/code-generator/cmd/conversion-gen");
        Read("+++ [1121 16:15:02] Building go targets for linux/amd64:", "    ./vendor/k8s.io/code-generator/cmd/deepcopy-gen");
        Assert.Equal("compiling and running deepcopy-gen", progress.ToString());
    }

    [Fact]
    public void Packages_are_counted_and_programs_named_once_they_are_linked()
    {
        Read("+++ [1121 16:20:02] Building go targets for linux/amd64:", "    cmd/kubelet", "    cmd/kube-proxy", "runtime/internal/sys", "k8s.io/kubernetes/pkg/apis/core");
        Assert.Equal("compiling kubelet, kube-proxy; 2 packages so far, the last k8s.io/kubernetes/pkg/apis/core", progress.ToString());
        linked.Add("kube-proxy");
        Read("warning: something else with spaces");
        Assert.EndsWith("the last k8s.io/kubernetes/pkg/apis/core; 1 of 2 programs done: kube-proxy", progress.ToString(), StringComparison.Ordinal);
    }

    private void Read(params string[] lines)
    {
        foreach (var line in lines)
            progress.Read(line);
    }
}
