namespace Canario.InferenceServer.Batch;

/// <summary>The batch cannot go on. Ends the process with <see cref="ExitCode"/>.</summary>
#pragma warning disable CA1032 // An error without an exit code does not exist here.
internal sealed class BatchException(int exitCode, string message) : Exception(message)
#pragma warning restore CA1032
{
    /// <summary>One of <see cref="Contract.ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
