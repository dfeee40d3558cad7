namespace Canario.LoadGenerator;

/// <summary>Answers of one revision.</summary>
public sealed record RevisionCount(long Requests, long Failed);
