using System.CommandLine;
using System.Text.Json.Nodes;
using Tidemark.Commands.Definitions;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Alerting;

/// <summary><c>tidemark alert set</c>: saves an alert; what is not named stays as it is.</summary>
internal static class SetAlert
{
    private const string None = "none";
    private const string All = "all";

    /// <param name="shared">What alerts have in common with other definitions.</param>
    public static Verb Create(DefinitionVerbs<AlertDefinition, AlertAnswer> shared)
    {
        var name = DefinitionVerbs<AlertDefinition, AlertAnswer>.Name();
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
            var typed = new TypedKeys(session);
            typed.Put(events, value => new JsonArray([.. CommaList.Of(value!).Select(word => (JsonNode)EnumWord.Of(Word<AlertEvent>("--events", word)))]));
            typed.Put(channels, value => TypedKeys.Names(value!, none: ""));
            typed.Put(pipelines, value => TypedKeys.Names(value!, All));
            typed.Put(labels, value => TypedKeys.Names(value!, None));
            typed.Put(severity, value => value == None ? null : EnumWord.Of(Word<AlertSeverity>("--severity", value!)));
            foreach (var span in new[] { delay, group, repeat }) typed.Put(span, value => Given(value!));
            typed.Put(over, value => value);
            var isQuiet = session.Has(quiet) ? Given(session.Get(quiet)!) is not null
                : session.Has(zone) && await shared.FindOrDefaultAsync(session, session.Get(name)) is { Quiet: not null };
            if (session.Has(quiet)) typed.Keys["quiet"] = Given(session.Get(quiet)!) is { } hours ? Hours(hours) : null;
            if (isQuiet && session.Get(zone) is { } place) (typed.Keys["quiet"] ??= new JsonObject())["time_zone"] = place;
            return await shared.ChangeAsync(session, session.Get(name), typed.Keys);
        });
        return verb;
    }

    private static Option<string?> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };

    private static string? Given(string text) => text == None ? null : text;

    private static JsonObject Hours(string text) => text.Split('-') is [var from, var to]
        ? new() { ["from"] = from.Trim(), ["to"] = to.Trim() }
        : throw new TidemarkException(FailureKind.Usage, "usage.malformed", "--quiet-hours is written FROM-TO, such as 22:00-07:00.");

    private static T Word<T>(string option, string word)
        where T : struct, Enum =>
        EnumWord.Find<T>(word) ?? throw new TidemarkException(FailureKind.Usage, "usage.malformed", $"{option} has no word {Printable.Of(word)}.")
        {
            Hint = NearestName.Hint(word, EnumWord.All<T>()),
        };
}
