namespace Canario.Rollouts;

/// <summary>The last command seen and what came of it.</summary>
/// <param name="Accepted">False: it did not apply; <paramref name="Message"/> says why.</param>
public sealed record HandledCommand(CommandAction Action, string Revision, string Nonce, bool Accepted, string Message)
{
    /// <summary>It is this command that was handled.</summary>
    public bool Answers(RolloutCommand command) => (Action, Revision, Nonce) == (command.Action, command.Revision, command.Nonce);
}
