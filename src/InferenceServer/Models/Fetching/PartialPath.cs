using System.Security.Cryptography;
using System.Text;

namespace Canario.InferenceServer.Models.Fetching;

/// <summary>Names files that are on their way so that a later process finds them again: what a killed one leaves is taken up, overwritten or removed, and never piles up.</summary>
internal static class PartialPath
{
    // Processes that share the folder and bring the same file at one time.
    private const int MaximumProcesses = 16;

    /// <summary>Opens the file, as a killed process left it or new. Nobody else has it open.</summary>
    /// <param name="folder">That exists.</param>
    /// <param name="key">The same for the same file at the same place.</param>
    public static (string Path, FileStream File) Open(string folder, string key)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32];
        for (int number = 0; ; number++)
        {
            string path = PathOf(folder, name, number);
            try
            {
                FileStream file = OpenAlone(path, FileMode.OpenOrCreate);
                if (number == 0) RemoveOthers(folder, name);
                return (path, file);
            }
            catch (IOException e) when (number + 1 < MaximumProcesses && e.GetType() == typeof(IOException))
            {
                // Another process is at it, and may have given the file its name by now.
            }
        }
    }

    /// <summary>Of what a file must be joined with.</summary>
    public static string ValidatorOf(string path) => path + ".of";

    private static void RemoveOthers(string folder, string name)
    {
        for (int number = 1; number < MaximumProcesses; number++)
        {
            string path = PathOf(folder, name, number);
            if (!File.Exists(path)) continue;
            try
            {
                using FileStream file = OpenAlone(path, FileMode.Open);
                File.Delete(path);
                File.Delete(ValidatorOf(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its process is alive.
            }
        }
    }

    private static FileStream OpenAlone(string path, FileMode mode) => new(path, mode, FileAccess.ReadWrite, FileShare.None, 1, useAsync: true);

    private static string PathOf(string folder, string name, int number) => Path.Combine(folder, number == 0 ? $".{name}.partial" : $".{name}-{number}.partial");
}
