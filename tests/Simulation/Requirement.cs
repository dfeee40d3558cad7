namespace Canario.Simulation;

/// <param name="What">What must hold.</param>
/// <param name="Holds">Whether it does.</param>
/// <param name="Figures">The numbers that say so.</param>
sealed record Requirement(string What, bool Holds, string Figures);
