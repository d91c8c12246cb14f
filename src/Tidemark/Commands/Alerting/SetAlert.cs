using System.CommandLine;
using Tidemark.Commands.Definitions;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Output;

namespace Tidemark.Commands.Alerting;

/// <summary><c>tidemark alert set</c>: saves an alert; what is not named stays as it is.</summary>
internal static class SetAlert
{
    private const string None = "none";
    private const string All = "all";

    public static Verb Create()
    {
        var name = DefinitionVerbs<AlertDefinition>.Name();
        var events = Text("--events", $"What is told: {string.Join(", ", EnumWord.All<AlertEvent>())}.", "NAMES");
        var channels = Text("--channels", "Channels that it is sent to, separated by commas.", "NAMES");
        var pipelines = Text("--pipelines", "Names of pipelines, with * for any letters. [default: all]", "NAMES");
        var labels = Text("--labels", "Labels, of which a pipeline must have one; none for any pipeline.", "NAMES");
        var severity = Text("--severity", "How much it matters: info, warning or critical; none for what each event has.", "WORD");
        var delay = Text("--delay", "How long a problem must last to be told, such as 30min; none for no time.", "SPAN");
        var group = Text("--group", "How long more is waited for, to come in the same message, such as 5min; none for no time.", "SPAN");
        var repeat = Text("--repeat", "When a problem that lasts is told again. [default: 20h]", "SPAN");
        var quiet = Text("--quiet-hours", "Hours in which only what is critical is sent: 22:00-07:00; none for none.", "HOURS");
        var zone = Text("--time-zone", "Time zone of the quiet hours. [default: UTC]", "ZONE");
        var over = new Option<int>("--over") { Description = "Records in quarantine that are not told of. [default: 0]", HelpName = "N" };
        var verb = new Verb("set", "Creates or changes an alert.",
            "tidemark alert set nightly --events failed,partial,parked,late,recovered --channels ops",
            "tidemark alert set finance --events failed --labels finance --channels ops,chat --delay 30min",
            "tidemark alert set finance --quiet-hours 22:00-07:00 --time-zone Europe/Berlin")
        {
            name, events, channels, pipelines, labels, severity, delay, group, repeat, quiet, zone, over,
        };
        verb.Runs(async session =>
        {
            var home = await session.MakeHomeAsync();
            var alerts = home.Definitions.Alerts;
            var alert = (await alerts.ListAsync(session.Stop)).FirstOrDefault(known => known.Name == session.Get(name)) ?? new(session.Get(name));
            if (session.Has(events)) alert = alert with { Events = [.. CommaList.Of(session.Get(events)!).Select(word => Word<AlertEvent>("--events", word))] };
            if (session.Has(channels)) alert = alert with { Channels = CommaList.Of(session.Get(channels)!) };
            if (session.Has(pipelines)) alert = alert with { Pipelines = session.Get(pipelines) == All ? [] : CommaList.Of(session.Get(pipelines)!) };
            if (session.Has(labels)) alert = alert with { Labels = session.Get(labels) == None ? [] : CommaList.Of(session.Get(labels)!) };
            if (session.Has(severity)) alert = alert with { Severity = session.Get(severity) == None ? null : Word<AlertSeverity>("--severity", session.Get(severity)!) };
            if (session.Has(delay)) alert = alert with { Delay = Given(session.Get(delay)!) };
            if (session.Has(group)) alert = alert with { Group = Given(session.Get(group)!) };
            if (session.Has(repeat)) alert = alert with { Repeat = Given(session.Get(repeat)!) };
            if (session.Has(over)) alert = alert with { Over = session.Get(over) };
            if (session.Has(quiet)) alert = alert with { Quiet = Given(session.Get(quiet)!) is { } hours ? Hours(hours, alert.Quiet) : null };
            if (session.Has(zone) && alert.Quiet is { } kept) alert = alert with { Quiet = kept with { TimeZone = session.Get(zone)! } };
            SavedDefinition.Report(session, "alert", alert.Name, await alerts.SaveAsync(alert, session.Stop));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Option<string?> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };

    private static string? Given(string text) => text == None ? null : text;

    private static QuietHours Hours(string text, QuietHours? saved) => text.Split('-') is [var from, var to]
        ? new(from.Trim(), to.Trim()) { TimeZone = saved?.TimeZone ?? new QuietHours("", "").TimeZone }
        : throw new TidemarkException(FailureKind.Usage, "usage.malformed", "--quiet-hours is written FROM-TO, such as 22:00-07:00.");

    private static T Word<T>(string option, string word)
        where T : struct, Enum =>
        EnumWord.Find<T>(word) ?? throw new TidemarkException(FailureKind.Usage, "usage.malformed", $"{option} has no word {Printable.Of(word)}.")
        {
            Hint = NearestName.Hint(word, EnumWord.All<T>()),
        };
}
