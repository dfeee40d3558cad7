namespace Canario.Rollouts;

/// <summary>A person's word. The same nonce is the same word: it is handled once.</summary>
/// <param name="Revision">Revision that it is meant for; for another it is refused. Of an undo: the one to go back to.</param>
public sealed record RolloutCommand(CommandAction Action, string Revision, string Nonce);
