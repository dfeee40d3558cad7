namespace Canario.Training.Models;

/// <summary>A file that training makes. <c>Path</c> is below samples/, with forward slashes.</summary>
internal sealed record SampleFile(string Path, byte[] Content);
