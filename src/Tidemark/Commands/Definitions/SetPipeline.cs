using System.CommandLine;
using System.Globalization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark pipeline set</c>: saves a pipeline; what is not named stays as it is.</summary>
internal static class SetPipeline
{
    private const string None = "none";

    public static Verb Create()
    {
        var usual = RunLimits.Usual;
        var fallback = new PipelineDefinition("", "", "");
        var name = DefinitionVerbs<PipelineDefinition>.Name();
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
        var byKey = verb.Options.ToDictionary(option => option.Name.TrimStart('-').Replace('-', '_'), option => option.Name);
        byKey["schedules"] = schedule.Name;
        verb.Runs(async session =>
        {
            var home = await session.MakeHomeAsync();
            var pipelines = home.Definitions.Pipelines;
            var saved = (await pipelines.ListAsync(session.Stop))
                .FirstOrDefault(known => known.Name == session.Get(name));
            var from = session.Get(source) ?? saved?.Source;
            var to = session.Get(destination) ?? saved?.Destination;
            if (from is null || to is null)
            {
                throw new TidemarkException(FailureKind.Usage, "usage.ends_missing",
                    "A new pipeline needs --source and --destination.");
            }

            var pipeline = (saved ?? new(session.Get(name), from, to)) with { Source = from, Destination = to };
            if (session.Has(mode)) pipeline = pipeline with { Mode = session.Get(mode) };
            if (session.Has(streams)) pipeline = pipeline with { Streams = Split(session.Get(streams)!) };
            if (session.Has(tables)) pipeline = pipeline with { Tables = session.Get(tables)! };
            if (session.Has(changes)) pipeline = pipeline with { SchemaChanges = session.Get(changes) };
            if (session.Has(empty)) pipeline = pipeline with { EmptyText = session.Get(empty) };
            if (session.Has(raw)) pipeline = pipeline with { Raw = session.Get(raw) == Truth.True };
            if (session.Has(deletedPercent)) pipeline = pipeline with { MaxDeletedPercent = session.Get(deletedPercent) };
            if (session.Has(updatedPercent)) pipeline = pipeline with { MaxUpdatedPercent = session.Get(updatedPercent) };
            if (session.Has(rows)) pipeline = pipeline with { MaxDeletedRows = session.Get(rows) };
            if (session.Has(badPercent)) pipeline = pipeline with { MaxQuarantinedPercent = session.Get(badPercent) };
            if (session.Has(badRows)) pipeline = pipeline with { MaxQuarantinedRows = session.Get(badRows) };
            if (session.Has(undo)) pipeline = pipeline with { UndoRuns = session.Get(undo) };
            if (session.Has(schedule)) pipeline = pipeline with { Schedules = Schedules(pipeline.Schedules, session.Get(schedule)!, session.Get(zone)) };
            else if (session.Has(zone)) pipeline = pipeline with { Schedules = [.. pipeline.Schedules.Select(kept => kept with { TimeZone = session.Get(zone)! })] };
            if (session.Has(after)) pipeline = pipeline with { After = session.Get(after) == None ? [] : Split(session.Get(after)!) };
            if (session.Has(deadline)) pipeline = pipeline with { Deadline = session.Get(deadline) == None ? null : session.Get(deadline) };
            if (session.Has(labels)) pipeline = pipeline with { Labels = session.Get(labels) == None ? [] : Split(session.Get(labels)!) };
            if (session.Has(webhooks)) pipeline = pipeline with { Webhooks = session.Get(webhooks) == Truth.True };
            RefuseMistakes(pipeline, byKey);
            SavedDefinition.Report(session, "pipeline", pipeline.Name, await pipelines.SaveAsync(pipeline, session.Stop));
            return ExitCode.Done;
        });
        return verb;
    }

    /// <summary>The syncs anew, with the time zone that they had where none is given; backups and other work as they are.</summary>
    private static PipelineSchedule[] Schedules(IReadOnlyList<PipelineSchedule> saved, string[] texts, string? zone)
    {
        var syncs = saved.Where(schedule => schedule.Run == ScheduledWork.Sync).ToList();
        var usual = syncs.FirstOrDefault() ?? new("");
        return
        [
            .. texts is [None] ? [] : texts.Select(text => usual with { Cron = text, TimeZone = zone ?? usual.TimeZone, Paused = false }),
            .. saved.Except(syncs),
        ];
    }

    private static Option<T> Limit<T>(string name, string description, T usual)
        where T : struct =>
        new(name)
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"{description} [default: {usual}]"),
            HelpName = "N",
        };

    /// <summary>Refuses what breaks a rule, and names the option in the place of the key.</summary>
    private static void RefuseMistakes(PipelineDefinition pipeline, Dictionary<string, string> byKey)
    {
        var problems = pipeline.Mistakes()
            .Select(mistake => mistake.In(
                (mistake.Part.Length == 0 || mistake.Key.StartsWith("schedules/", StringComparison.Ordinal)) && byKey.TryGetValue(mistake.Key.Split('/')[0], out var option) ? option : $"pipeline \"{pipeline.Name}\""))
            .ToList();
        if (problems.Count > 0) throw TidemarkException.ForAll(problems, FailureKind.Usage);
    }

    private static string[] Split(string names) => names == "all" ? [] : CommaList.Of(names);
}
