using System.CommandLine;
using Tidemark.Engine.Wire;
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
            var record = NextCommand.In(await QuarantineReport.FindAsync(session, session.Get(id)));
            if (session.IsJson)
            {
                session.WriteJson(record, WireJson.Default.QuarantineAnswer);
                return ExitCode.Done;
            }

            session.Say($"record      {Printable.Of(record.Key ?? "unknown")} of {Printable.Of(record.Stream)}, "
                + $"pipeline {Printable.Of(record.Pipeline)}");
            session.Say($"reason      {QuarantineReport.Reason(record)}");
            if (record.Hint is { } hint) session.Say($"            {Printable.Of(hint)}");
            session.Say($"first seen  {session.LocalTime(record.FirstSeen)}");
            session.Say($"last seen   {session.LocalTime(record.LastSeen)} by {record.Run}");
            session.Say(record.Retried
                ? "The next run tries it again."
                : "A run that reads the record anew settles it; this payload is not tried again.");
            // Not through the console's own writing, which would break lines within the payload.
            await session.Terminal.Output.WriteLineAsync(Printable.Of(record.Payload!));
            return ExitCode.Done;
        });
        return verb;
    }
}
