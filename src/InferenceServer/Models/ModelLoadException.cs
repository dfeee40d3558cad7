namespace Canario.InferenceServer.Models;

/// <summary>The model cannot be served. Ends the process with <see cref="ExitCode"/>.</summary>
#pragma warning disable CA1032 // An error without an exit code does not exist here.
internal sealed class ModelLoadException(int exitCode, string message) : Exception(message)
#pragma warning restore CA1032
{
    /// <summary>One of <see cref="Contract.ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
