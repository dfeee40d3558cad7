using Canario.LocalCluster.Node;
using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Images;

/// <summary>The image of the process that holds each pod's namespaces, compiled here: no registry is needed for it.</summary>
internal static class PauseImage
{
    // As process 1 of a shared process namespace it inherits the orphans, and must collect them.
    private const string Source = """
        #include <signal.h>
        #include <sys/wait.h>
        #include <unistd.h>

        static void stop(int signal) { (void)signal; _exit(0); }

        static void reap(int signal) {
          (void)signal;
          while (waitpid(-1, NULL, WNOHANG) > 0) {
          }
        }

        int main(void) {
          struct sigaction stopping = {.sa_handler = stop}, reaping = {.sa_handler = reap, .sa_flags = SA_NOCLDSTOP};
          sigaction(SIGINT, &stopping, NULL);
          sigaction(SIGTERM, &stopping, NULL);
          sigaction(SIGCHLD, &reaping, NULL);
          for (;;) pause();
        }

        """;

    public static async Task<OciImage> BuildAsync(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("canario-pause-").FullName;
        try
        {
            var program = Path.Combine(directory, "pause");
            await Command.RunAsync("gcc", ["-x", "c", "-static", "-Os", "-s", "-o", program, "-"], cancellationToken, input: Source);
            return new OciImage(NodeLayout.PauseImage, [new ImageFile("pause", await File.ReadAllBytesAsync(program, cancellationToken), ImageFile.Executable)])
            {
                Entrypoint = ["/pause"],
                User = "65535",
            };
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
