using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark streams</c>: the streams of a source, their columns, and their first records as rows.</summary>
internal static class StreamsVerb
{
    private const int MaxRecords = 1_000;

    public static Verb Create()
    {
        var source = new Argument<string>("source") { Description = "A source or its address; or a pipeline, for its tables." }.Offers(names => [.. names.Sources, .. names.Pipelines]);
        var stream = new Argument<string?>("stream")
        {
            Description = "Stream to show the columns of. [default: a list of all]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var preview = new Option<int>("--preview")
        {
            Description = $"Read N records and show them as they would be written; write nothing. At most {MaxRecords}.",
            HelpName = "N",
        };
        var verb = new Verb("streams", "Lists the streams of a source, the columns of one, and its first records.",
            "tidemark streams stripe", "tidemark streams stripe customers --preview 3",
            "tidemark streams payments interpreters --preview 3 --json", "tidemark streams stripe://env:STRIPE_API_KEY@") { source, stream, preview };
        verb.Runs(async session =>
        {
            var (name, records) = (session.Get(stream!), session.Get(preview));
            UsageCheck.Require(records is >= 0 and <= MaxRecords, $"--preview is a number from 1 to {MaxRecords}.");
            UsageCheck.Require(records == 0 || name is not null, "--preview needs a stream.");
            var shown = await session.WaitAsync("Asking the source", () => ReadAsync(session, session.Get(source), name, records));
            if (session.IsJson) shown.ToList().ForEach(each => session.WriteJson(each, WireJson.Default.StreamShownAnswer));
            else if (name is null) List(shown).Write(session.Prose);
            else Show(session, shown[0]);
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task<IReadOnlyList<StreamShownAnswer>> ReadAsync(Session session, string source, string? stream, int records)
    {
        if (session.Server is { } server) return await ReadThereAsync(session, server, source, stream, records);
        return ConnectionAddress.Is(source) ? await session.LookAsync(ReadHereAsync) : await ReadHereAsync(await session.OpenHomeAsync());

        async Task<IReadOnlyList<StreamShownAnswer>> ReadHereAsync(Home home) =>
            [.. (await home.PreviewAsync(source, session.Variable, stream, records, settings: null, session.Stop)).Select(StreamShownAnswer.Of)];
    }

    private static async Task<IReadOnlyList<StreamShownAnswer>> ReadThereAsync(Session session, ServerClient server, string source, string? stream, int records)
    {
        Task<IReadOnlyList<StreamShownAnswer>> OfAsync(string kind) => server.GetAllAsync(
            ServerClient.Path($"{kind}/{ServerClient.Part(source)}/streams", ("stream", stream), ("preview", $"{records}")), WireJson.Default.StreamShownAnswer, session.Stop);
        try
        {
            return await OfAsync("pipelines");
        }
        catch (TidemarkException unknown) when (unknown.Code == "pipeline.unknown")
        {
            return await OfAsync("sources");
        }
    }

    // The stream and its key stay; the table goes first, then the number of columns.
    private static FittingTable List(IReadOnlyList<StreamShownAnswer> streams)
    {
        var table = new FittingTable();
        table.Add("stream", streams.Select(each => each.Stream));
        table.Add("table", streams.Select(each => each.Table), rank: 2);
        table.Add("columns", streams.Select(each => RunReport.Number(each.Columns.Count)), isNumber: true, rank: 1);
        table.Add("key", streams.Select(each => string.Join(", ", each.Key)), wraps: true);
        return table;
    }

    private static void Show(Session session, StreamShownAnswer stream)
    {
        session.Say($"{Printable.Of(stream.Stream)}, table {Printable.Of(stream.Table)}");
        if (stream.Rows is { } rows)
        {
            Rows(session, stream, rows);
            return;
        }

        var table = new FittingTable();
        table.Add("column", stream.Columns.Select(column => column.Name));
        table.Add("type", stream.Columns.Select(column => EnumWord.Of(column.Type)));
        table.Add("", stream.Columns.Select(column => column.Key ? "key" : column.Cursor ? "cursor, nullable" : "nullable"));
        table.Add("from", stream.Columns.Select(column => column.From ?? ""), rank: 1);
        table.Write(session.Prose);
        session.Say(stream.SchemaChanges switch
        {
            SchemaChanges.Evolve => "Fields beyond these become columns as they come.",
            SchemaChanges.Freeze => "A field beyond these stops the stream.",
            _ => "Fields beyond these become no columns.",
        } + (stream.KeepsRaw ? " The whole record is in raw." : ""));
    }

    private static void Rows(Session session, StreamShownAnswer stream, IReadOnlyList<JsonObject> rows)
    {
        var names = stream.Columns.Select(column => (column.Name, Type: EnumWord.Of(column.Type))).ToList();
        if (stream.KeepsRaw) names.Add(("raw", "json"));
        var wide = names.Max(column => Cells.Count(column.Name));
        var room = Math.Max(20, session.Prose.Profile.Width - wide - 15);
        foreach (var (at, row) in rows.Index())
        {
            session.Say($"record {at + 1}");
            foreach (var (name, type) in names)
            {
                if (row[name] is { } value)
                    session.Prose.MarkupLineInterpolated($"  {Cells.Fill(name, wide)}  [grey]{type,-9}[/]  {Cells.Cut(Printable.Of(Text(value)), room)}");
            }
        }

        foreach (var problem in stream.Quarantined ?? [])
            session.Prose.MarkupLineInterpolated($"[yellow]would wait in quarantine: {Printable.Of(problem.Message)} ({problem.Code})[/]");
        if (rows.Count + (stream.Quarantined?.Count ?? 0) == 0) session.Say("The source has no record of it.");
    }

    private static string Text(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : JsonText.Line(value, WireJson.Default.JsonNode);
}
