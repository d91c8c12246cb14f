using System.CommandLine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Output;
using Tidemark.Server.Agents;

namespace Tidemark.Commands.Serving;

/// <summary><c>tidemark mcp</c>: tools for an agent on this machine, over standard input and output.</summary>
internal static class McpVerb
{
    private const string UsualName = "agent";

    public static Verb Create()
    {
        var role = WordOption.Of<LocalRole>("--role", "What the agent may do: viewer looks, operator also plans runs and proposes them. [default: viewer]");
        var alone = new Option<bool>("--acts-alone") { Description = "Let an operator start runs itself, in place of proposing them." };
        var name = new Option<string>("--name") { Description = "Name of the agent in runs, proposals and the audit trail.", DefaultValueFactory = _ => UsualName, HelpName = "NAME" };
        var pipelines = new Option<string[]>("--pipeline") { Description = "Only for these pipelines. [default: all]", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var verb = new Verb("mcp", "Serves tools to an agent by the Model Context Protocol, on standard input and output.",
            "tidemark mcp --home /srv/payments/.tidemark", "tidemark mcp --role operator", "tidemark mcp --role operator --pipeline payments --acts-alone")
        {
            role, alone, name, pipelines,
        };
        verb.Explains(session =>
        {
            session.Say("An agent starts it: its settings name the command. What it proposes waits for a person:");
            session.Say("  tidemark proposal list");
            session.Say("");
        });
        verb.RunsHere("an agent reaches a server at /mcp of its address.", async session =>
        {
            var isOperator = session.Has(role) && session.Get(role) == LocalRole.Operator;
            UsageCheck.Require(isOperator || !session.Get(alone), "--acts-alone goes with --role operator.");
            UsageCheck.Require(PlainLine.Of(session.Get(name)!) == session.Get(name) && !string.IsNullOrWhiteSpace(session.Get(name)), "--name is a line of text.");
            await using var home = await session.OpenHomeAsync();
            var wanted = session.Get(pipelines) ?? [];
            foreach (var pipeline in wanted) await home.Definitions.Pipelines.FindAsync(pipeline, session.Stop);
            using var log = new ServerLog(session.Terminal.Error, session.Clock);
            var (input, output) = Terminal.Streams();
            await LocalAgent.ServeAsync(
                home, new(session.Get(name)!, isOperator ? Role.Operator : Role.Viewer, wanted, session.Get(alone)), input, output, session.Clock, log, session.Stop);
            return ExitCode.Done;
        });
        return verb;
    }

    private enum LocalRole
    {
        Viewer,
        Operator,
    }
}
