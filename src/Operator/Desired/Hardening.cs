using Canario.Kubernetes.Models;

namespace Canario.Operator.Desired;

/// <summary>The restricted Pod Security Standard, and more: a read-only root file system.</summary>
static class Hardening
{
    /// <summary>The user "app" of .NET's base images. Explicit, so that an image that says root still runs without it.</summary>
    const long User = 1654;

    public static PodSecurityContext Pod { get; } = new()
    {
        RunAsNonRoot = true,
        RunAsUser = User,
        RunAsGroup = User,
        FsGroup = User,
        SeccompProfile = new SeccompProfile { Type = "RuntimeDefault" },
    };

    public static SecurityContext Container { get; } = new()
    {
        AllowPrivilegeEscalation = false,
        ReadOnlyRootFilesystem = true,
        Capabilities = new Capabilities { Drop = ["ALL"] },
    };
}
