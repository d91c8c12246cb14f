using System.CommandLine;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark pipeline set</c>: saves a pipeline; what is not named stays as it is.</summary>
internal static class SetPipeline
{
    public static Verb Create()
    {
        var name = DefinitionVerbs<PipelineDefinition>.Name();
        var source = new Option<string?>("--source") { Description = "Needed for a new one.", HelpName = "NAME" };
        var destination = new Option<string?>("--destination")
        {
            Description = "Needed for a new one.",
            HelpName = "NAME",
        };
        var mode = WordOption.Of<WriteMode>("--mode", "How rows become live. Default merge.");
        var streams = new Option<string>("--streams")
        {
            Description = "Parted by commas; all for every one. Default all.",
            HelpName = "A,B",
        };
        var tables = new Option<string>("--tables")
        {
            Description = "Table names. Default {source}_{stream}.",
            HelpName = "PATTERN",
        };
        var changes = WordOption.Of<SchemaChanges>("--schema-changes", "What a new field does. Default evolve.");
        var raw = WordOption.Of<Truth>("--raw", "Keep the whole record in a column raw. Default true.");
        var percent = new Option<double>("--max-deleted-percent")
        {
            Description = "Share of a table that may go unasked. Default 15.",
            HelpName = "N",
        };
        var rows = new Option<int>("--max-deleted-rows")
        {
            Description = "Rows that may always go unasked. Default 10.",
            HelpName = "N",
        };
        var badPercent = new Option<double>("--max-quarantined-percent")
        {
            Description = "Share of a stream that may go to quarantine. Default 10.",
            HelpName = "N",
        };
        var badRows = new Option<int>("--max-quarantined-rows")
        {
            Description = "Records of a stream that may always go there. Default 10.",
            HelpName = "N",
        };
        var verb = new Verb("set", "Saves a pipeline, new or changed.",
            "tidemark pipeline set payments --source \"Italy Stripe\" --destination warehouse",
            "tidemark pipeline set payments --streams customers,charges --mode replace")
        {
            name, source, destination, mode, streams, tables, changes, raw, percent, rows, badPercent, badRows,
        };
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
            if (session.Has(raw)) pipeline = pipeline with { Raw = session.Get(raw) == Truth.True };
            UsageCheck.Require(session.Get(percent) is >= 0 and <= 100, "--max-deleted-percent is from 0 to 100.");
            UsageCheck.Require(session.Get(rows) >= 0, "--max-deleted-rows is at least 0.");
            if (session.Has(percent)) pipeline = pipeline with { MaxDeletedPercent = session.Get(percent) };
            if (session.Has(rows)) pipeline = pipeline with { MaxDeletedRows = session.Get(rows) };
            UsageCheck.Require(session.Get(badPercent) is >= 0 and <= 100, "--max-quarantined-percent is from 0 to 100.");
            UsageCheck.Require(session.Get(badRows) >= 0, "--max-quarantined-rows is at least 0.");
            if (session.Has(badPercent)) pipeline = pipeline with { MaxQuarantinedPercent = session.Get(badPercent) };
            if (session.Has(badRows)) pipeline = pipeline with { MaxQuarantinedRows = session.Get(badRows) };
            SavedDefinition.Tell(session, "pipeline", pipeline.Name, await pipelines.SaveAsync(pipeline, session.Stop));
            return ExitCode.Done;
        });
        return verb;
    }

    private static string[] Split(string streams) => streams == "all"
        ? [] : streams.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
