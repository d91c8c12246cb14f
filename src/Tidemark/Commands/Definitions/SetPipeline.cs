using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark pipeline set</c>: saves a pipeline; what is not named stays as it is.</summary>
internal static class SetPipeline
{
    private const string None = "none";

    /// <param name="shared">What pipelines have in common with other definitions.</param>
    public static Verb Create(DefinitionVerbs<PipelineDefinition, PipelineAnswer> shared)
    {
        var usual = RunLimits.Usual;
        var fallback = new PipelineDefinition("", "", "");
        var name = DefinitionVerbs<PipelineDefinition, PipelineAnswer>.Name();
        var source = new Option<string?>("--source") { Description = "Source; required for a new pipeline.", HelpName = "NAME" }.Offers(names => names.Sources);
        var destination = new Option<string?>("--destination")
        {
            Description = "Destination; required for a new pipeline.",
            HelpName = "NAME",
        }.Offers(names => names.Destinations);
        var mode = WordOption.Of<WriteMode>("--mode", $"How rows become live. [default: {EnumWord.Of(fallback.Mode)}]");
        var streams = new Option<string>("--streams")
        {
            Description = "Streams, separated by commas. [default: all]",
            HelpName = "NAMES",
        };
        var tables = new Option<string>("--tables")
        {
            Description = $"Pattern of the table names. [default: {fallback.Tables}]",
            HelpName = "PATTERN",
        };
        var changes = WordOption.Of<SchemaChanges>(
            "--schema-changes", $"What happens to a new field. [default: {EnumWord.Of(fallback.SchemaChanges)}]");
        var empty = WordOption.Of<EmptyText>(
            "--empty-text", $"What an empty text becomes in a column of numbers or dates. [default: {EnumWord.Of(fallback.EmptyText)}]");
        var raw = WordOption.Of<Truth>("--raw", $"Keep the whole record in a column raw. [default: {(fallback.Raw ? "true" : "false")}]");
        var deletedPercent = Limit<double>("--max-deleted-percent", "Percent of a table that a run may delete without approval.", usual.MaxDeletedPercent);
        var updatedPercent = Limit<double>("--max-updated-percent", "Percent of a table that a run may update without approval.", usual.MaxUpdatedPercent);
        var rows = Limit<int>("--max-deleted-rows", "Rows of a table that a run may always delete or update.", usual.MaxDeletedRows);
        var badPercent = Limit<double>(
            "--max-quarantined-percent", "Percent of a stream that may go to quarantine.", usual.MaxQuarantinedPercent);
        var badRows = Limit<int>(
            "--max-quarantined-rows", "Records of a stream that may always go to quarantine.", usual.MaxQuarantinedRows);
        var undo = Limit<int>("--undo-runs", "Number of latest runs that can be undone.", fallback.UndoRuns);
        var schedule = new Option<string[]>("--schedule") { Description = "Cron text of a sync, such as \"30 2 * * *\"; again for more, none for no sync. Schedules of other work stay.", HelpName = "CRON", Arity = ArgumentArity.OneOrMore };
        var zone = new Option<string>("--time-zone") { Description = $"Time zone of what --schedule names. [default: {new PipelineSchedule("").TimeZone}]", HelpName = "ZONE" };
        var after = new Option<string>("--after") { Description = "Pipelines of which each run that succeeds starts this one; none for no pipeline.", HelpName = "NAMES" };
        var deadline = new Option<string>("--deadline") { Description = "How old the last proven run may be, such as 26h; none for what the schedules make of it.", HelpName = "SPAN" };
        var labels = new Option<string>("--labels") { Description = "Words that alerts choose pipelines by, separated by commas; none for no label.", HelpName = "NAMES" };
        var webhooks = WordOption.Of<Truth>("--webhooks", "Merge what a webhook of the source tells of. [default: false]");
        var verb = new Verb("set", "Creates or changes a pipeline.",
            "tidemark pipeline set payments --source \"Italy Stripe\" --destination warehouse",
            "tidemark pipeline set payments --streams customers,charges --mode replace",
            "tidemark pipeline set payments --schedule \"30 2 * * *\" --time-zone Europe/Berlin")
        {
            name, source, destination, mode, streams, tables, changes, empty, raw,
            deletedPercent, updatedPercent, rows, badPercent, badRows, undo, schedule, zone, after, deadline, webhooks, labels,
        };
        var byKey = verb.Options.ToDictionary(TypedKeys.KeyOf, option => option.Name);
        byKey["schedules"] = schedule.Name;
        verb.Runs(async session =>
        {
            var saved = await shared.FindOrDefaultAsync(session, session.Get(name));
            if (saved is null && (session.Get(source) is null || session.Get(destination) is null))
                throw new TidemarkException(FailureKind.Usage, "usage.ends_missing", "A new pipeline needs --source and --destination.");
            var typed = new TypedKeys(session);
            foreach (var text in new[] { source, destination }) typed.Put(text, value => value);
            typed.Put(mode, value => EnumWord.Of(value));
            typed.Put(streams, value => TypedKeys.Names(value, none: "all"));
            typed.Put(tables, value => value);
            typed.Put(changes, value => EnumWord.Of(value));
            typed.Put(empty, value => EnumWord.Of(value));
            foreach (var flag in new[] { raw, webhooks }) typed.Put(flag, value => value == Truth.True);
            // What is no number JSON cannot write: as a text it is refused as what it is.
            foreach (var share in new[] { deletedPercent, updatedPercent, badPercent }) typed.Put(share, value => double.IsFinite(value) ? value : $"{value}");
            foreach (var number in new[] { rows, badRows, undo }) typed.Put(number, value => value);
            typed.Put(after, value => TypedKeys.Names(value, None));
            typed.Put(deadline, value => value == None ? null : value);
            typed.Put(labels, value => TypedKeys.Names(value, None));
            if (session.Has(schedule) || session.Has(zone))
                typed.Keys["schedules"] = Schedules(saved?.Schedules ?? [], session.Has(schedule) ? session.Get(schedule) : null, session.Get(zone));
            try
            {
                return await shared.ChangeAsync(session, session.Get(name), typed.Keys);
            }
            catch (TidemarkException wrong) when (wrong.Problems.Count > 0)
            {
                throw TidemarkException.ForAll([.. wrong.Problems.Select(problem => Named(problem, session.Get(name), byKey))], wrong.Kind);
            }
        });
        return verb;
    }

    /// <summary>
    /// The syncs anew, with the time zone that they had where none is given, and backups and other work as they are; where no texts are given, the same in another zone.
    /// </summary>
    private static JsonArray Schedules(IReadOnlyList<PipelineScheduleAnswer> saved, string[]? texts, string? zone)
    {
        var syncs = saved.Where(schedule => schedule.Run == ScheduledWork.Sync).ToList();
        var usual = syncs.Count > 0 ? syncs[0] : PipelineScheduleAnswer.Of(new(""));
        IEnumerable<PipelineScheduleAnswer> all = texts switch
        {
            null => saved.Select(kept => kept with { TimeZone = zone! }),
            [None] => saved.Except(syncs),
            _ => [.. texts.Select(text => usual with { Cron = text, TimeZone = zone ?? usual.TimeZone, Paused = false }), .. saved.Except(syncs)],
        };
        return
        [
            .. all.Select(schedule => new JsonObject
            {
                ["cron"] = schedule.Cron,
                ["time_zone"] = schedule.TimeZone,
                ["run"] = EnumWord.Of(schedule.Run),
                ["overlap"] = EnumWord.Of(schedule.Overlap),
                ["paused"] = schedule.Paused,
            }),
        ];
    }

    /// <summary>A mistake with the option in the place of the key that it was typed for.</summary>
    private static Problem Named(Problem problem, string pipeline, Dictionary<string, string> byKey) =>
        problem.Key is { } key && (problem.Subject == $"pipeline \"{pipeline}\"" || key.StartsWith("schedules/", StringComparison.Ordinal)) && byKey.TryGetValue(key.Split('/')[0], out var option)
            ? problem with { Subject = option } : problem;

    private static Option<T> Limit<T>(string name, string description, T usual)
        where T : struct =>
        new(name)
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"{description} [default: {usual}]"),
            HelpName = "N",
        };
}
