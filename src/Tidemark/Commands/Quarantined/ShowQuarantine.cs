using System.CommandLine;
using Tidemark.Output;

namespace Tidemark.Commands.Quarantined;

/// <summary><c>tidemark quarantine show</c>: one record whole.</summary>
internal static class ShowQuarantine
{
    public static Verb Create()
    {
        var id = new Argument<long>("id") { Description = "Id of the record, as shown by list." };
        var verb = new Verb("show", "Shows one record, with the reason and the whole payload.", "tidemark quarantine show 12") { id };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var entry = await home.Quarantine.GetAsync(session.Get(id), session.Stop);
            if (session.IsJson)
            {
                QuarantineReport.WriteJson(session, entry, withPayload: true);
                return ExitCode.Done;
            }

            session.Say($"record      {Printable.Of(entry.Record.Key ?? "unknown")} of {Printable.Of(entry.Record.Stream)}, "
                + $"pipeline {Printable.Of(entry.Pipeline)}");
            session.Say($"reason      {QuarantineReport.Reason(entry)}");
            if (NextCommand.In(entry).Record.Reason.Hint is { } hint) session.Say($"            {Printable.Of(hint)}");
            session.Say($"first seen  {session.LocalTime(entry.FirstSeen)}");
            session.Say($"last seen   {session.LocalTime(entry.LastSeen)} by {entry.Run}");
            session.Say(entry.Record.CanRetry
                ? "The next run tries it again."
                : "A run that reads the record anew settles it; this payload is not tried again.");
            // Not through the console's own writing, which would break lines within the payload.
            await session.Terminal.Output.WriteLineAsync(Printable.Of(entry.Record.Payload));
            return ExitCode.Done;
        });
        return verb;
    }
}
