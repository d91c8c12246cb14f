using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Scheduling;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark schedules</c>: when pipelines run by themselves, in words, with the next times.</summary>
internal static class SchedulesVerb
{
    private const int MostTimes = 1000;

    public static Verb Create()
    {
        var name = new Argument<string?>("pipeline") { Description = "Name of a pipeline; all if absent.", Arity = ArgumentArity.ZeroOrOne };
        var next = new Option<int>("--next") { Description = "Number of next times to show.", DefaultValueFactory = _ => 5, HelpName = "N" };
        var verb = new Verb("schedules", "Shows when pipelines run by themselves: in words, the next times, and what was missed.",
            "tidemark schedules", "tidemark schedules payments --next 10") { name, next };
        verb.Runs(async session =>
        {
            UsageCheck.Require(session.Get(next) is >= 0 and <= MostTimes, $"--next is from 0 to {MostTimes}.");
            var path = ServerClient.Path("schedules", ("pipeline", session.Get(name)), ("next", $"{session.Get(next)}"));
            var all = await session.AskAsync<IReadOnlyList<ScheduleAnswer>>(
                async home => [.. (await home.Schedules.ListAsync(session.Get(name), session.Get(next), session.Stop)).Select(ScheduleAnswer.Of)],
                server => server.ListAsync(path, int.MaxValue, WireJson.Default.ScheduleAnswer, session.Stop));
            session.WriteList(
                all, WireJson.Default.ScheduleAnswer, "There are no schedules yet: see tidemark pipeline set --help, or the key schedules of a pipeline.", shown => Write(session, shown));
            return ExitCode.Done;
        });
        return verb;
    }

    // Which and when stay. The pipeline's last run goes first, then what it runs.
    private static void Write(Session session, IReadOnlyList<ScheduleAnswer> all)
    {
        var table = new FittingTable();
        table.Add("pipeline", all.Select(schedule => schedule.Pipeline));
        table.Add("runs", all.Select(schedule => EnumWord.Of(schedule.Run)), rank: 1);
        table.Add("when", all.Select(When), wraps: true);
        table.Add("next", all.Select(schedule => schedule.Paused ? "paused" : schedule.Next is [var first, ..] ? Local(session, first) : ""), isWhole: true);
        if (all.Any(schedule => schedule.Missed > 0)) table.Add("missed", all.Select(schedule => schedule.Missed == 0 ? "" : Counted(schedule.Missed)), isWhole: true);
        table.Add("last run", all.Select(schedule => schedule.LastRun ?? ""), rank: 3);
        table.Add("its status", all.Select(schedule => schedule.LastStatus is { } last ? Outcome(schedule, last) : ""), rank: 2, colour: RunReport.Colour);
        table.Write(session.Prose);
        foreach (var schedule in all.Where(schedule => schedule.Next.Count > 1))
            session.Say($"{Printable.Of(schedule.Pipeline)}, {When(schedule)}: {string.Join(", ", schedule.Next.Select(each => Local(session, each)))}");
        foreach (var schedule in all.Where(schedule => schedule.Problem is not null))
            session.Prose.MarkupLineInterpolated($"[red]{Printable.Of(schedule.Pipeline)}, {Printable.Of(When(schedule))}: {Printable.Of(schedule.Problem!)}[/]");
        if (all.Any(schedule => schedule.Missed > 0))
            session.Say("Missed: no server has dealt with it. tidemark serve makes up for it with one run.");
    }

    private static string Local(Session session, string moment) => session.LocalTime(DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture));

    private static string When(ScheduleAnswer schedule) =>
        schedule.Words + (schedule.Overlap == Overlap.Queue ? "; waits while the same goes on" : "");

    private static string Counted(int missed) => missed >= Scheduler.MaxMissed ? $"{Scheduler.MaxMissed} or more" : RunReport.Number(missed);

    private static string Outcome(ScheduleAnswer schedule, RunStatus last) => schedule.LastLeftOut is true
        ? (schedule.LastMissed is { } times ? $"left out {RunReport.Number(times + 1)} times" : "left out")
        : RunJson.Word(last) + (schedule.LastMissed is { } missed ? $", made up for {RunReport.Number(missed)}" : "");
}
