namespace Canario.Simulation;

enum Ending
{
    Promoted,
    RolledBack,

    /// <summary>Neither when the longest time watched was over: it waits for data or for a person.</summary>
    Held,
}
