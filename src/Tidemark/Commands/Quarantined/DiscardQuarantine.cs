using System.CommandLine;
using System.Text.Json.Nodes;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Quarantined;

/// <summary><c>tidemark quarantine discard</c>: gives records up, for good.</summary>
internal static class DiscardQuarantine
{
    public static Verb Create()
    {
        var ids = QuarantineVerb.Ids(ArgumentArity.OneOrMore);
        var question = new Confirmation();
        var verb = new Verb("discard", "Removes records from quarantine without writing them; the log of their run says who did it.",
            "tidemark quarantine discard 12", "tidemark quarantine discard 12 13 --yes")
        {
            ids, question.Yes,
        };
        verb.Runs(async session =>
        {
            var discarded = session.Get(ids).Distinct().ToList();
            foreach (var id in discarded) await QuarantineReport.FindAsync(session, id);
            var records = discarded.Count == 1 ? "record" : "records";
            var refusal = new TidemarkException(FailureKind.Usage, "quarantine.not_confirmed",
                "Records that are discarded are gone, and there is nobody here to ask.")
            {
                Hint = "Say --yes.",
            };
            if (!await question.AskAsync(session, $"Give up {discarded.Count} {records} for good?", refusal)) return ExitCode.Cancelled;
            var answer = await session.AskAsync(async home =>
            {
                await home.Quarantine.DiscardAsync(discarded, session.Origin.Actor!, session.Stop);
                return new DiscardedAnswer(discarded);
            }, server => server.PostAsync("quarantine/discard", new() { ["ids"] = new JsonArray([.. discarded.Select(id => (JsonNode)id)]) }, WireJson.Default.DiscardedAnswer, session.Stop));
            if (session.IsJson) session.WriteJson(answer, WireJson.Default.DiscardedAnswer);
            session.Say($"{discarded.Count} {(discarded.Count == 1 ? "record is" : "records are")} discarded.");
            return ExitCode.Done;
        });
        return verb;
    }
}
