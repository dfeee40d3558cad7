using System.Text;

namespace Canario.InferenceServer.Lifecycle;

/// <summary>The file by which Kubernetes learns why a container ended.</summary>
internal static class TerminationLog
{
    // Kubernetes keeps 4096 bytes.
    private const int MaximumBytes = 4096;

    /// <summary>Writes only when the file exists: outside of Kubernetes it does not.</summary>
    public static void Write(string path, string reason)
    {
        try
        {
            if (!File.Exists(path)) return;
            byte[] bytes = Encoding.UTF8.GetBytes(reason);
            using FileStream file = File.Open(path, FileMode.Truncate, FileAccess.Write);
            file.Write(bytes.AsSpan(0, Math.Min(bytes.Length, MaximumBytes)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The log line says the same; a process that ends has nowhere else to tell.
        }
    }
}
