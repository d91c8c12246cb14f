using System.CommandLine;
using Spectre.Console;
using Tidemark.Engine.Errors;

namespace Tidemark.Commands;

/// <summary>The question before an act, which <c>--yes</c> answers beforehand.</summary>
internal sealed class Confirmation(string description = "Do not ask.")
{
    public Option<bool> Yes { get; } = new("--yes") { Description = description };

    /// <summary>Whether somebody will be asked, and wants to see first what the act comes to.</summary>
    public bool IsNeeded(Session session) => session.IsInteractive && !session.Get(Yes);

    /// <summary>Asks, where somebody can be asked. Everything but a yes is a no.</summary>
    /// <param name="session">The command.</param>
    /// <param name="question">What would be done, with a question mark.</param>
    /// <param name="refusal">Thrown where nobody can be asked; null where the act goes on then, as one that can be taken back.</param>
    /// <returns>Whether to go on.</returns>
    public async Task<bool> AskAsync(Session session, string question, TidemarkException? refusal = null)
    {
        if (session.Get(Yes)) return true;
        if (!session.IsInteractive) return refusal is null ? true : throw refusal;
        session.Prose.Write(new Text($"{question} [y/N] "));
        // A terminal's line blocks its thread, and no token reaches it there.
        var answer = await Task.Run(session.Terminal.Input.ReadLine, session.Stop).WaitAsync(session.Stop);
        if (answer?.Trim().ToUpperInvariant() is "Y" or "YES") return true;
        session.Say("Nothing was changed.");
        return false;
    }
}
