using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline.Planning;
using Tidemark.Engine.Records;
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
            Task<IReadOnlyList<PreviewedStream>> PreviewAsync(Home home) => session.WaitAsync(
                "Asking the source", () => home.PreviewAsync(session.Get(source), session.Variable, name, records, settings: null, session.Stop));
            var shown = ConnectionAddress.Is(session.Get(source)) ? await session.LookAsync(PreviewAsync) : await PreviewAsync(await session.OpenHomeAsync());
            if (session.IsJson) shown.ToList().ForEach(each => session.WriteJson(StreamShownAnswer.Of(each), WireJson.Default.StreamShownAnswer));
            else if (name is null) List(shown).Write(session.Prose);
            else Show(session, shown[0]);
            return ExitCode.Done;
        });
        return verb;
    }

    // The stream and its key stay; the table goes first, then the number of columns.
    private static FittingTable List(IReadOnlyList<PreviewedStream> streams)
    {
        var table = new FittingTable();
        table.Add("stream", streams.Select(each => each.Table.Stream.Name));
        table.Add("table", streams.Select(each => each.Table.Table), rank: 2);
        table.Add("columns", streams.Select(each => RunReport.Number(each.Table.Stream.Fields.Count)), isNumber: true, rank: 1);
        table.Add("key", streams.Select(each => string.Join(", ", each.Table.Stream.Key)), wraps: true);
        return table;
    }

    private static void Show(Session session, PreviewedStream shown)
    {
        var (stream, fields) = (shown.Table.Stream, shown.Preview?.Fields ?? shown.Table.Stream.Fields);
        session.Say($"{Printable.Of(stream.Name)}, table {Printable.Of(shown.Table.Table)}");
        if (shown.Preview is { } preview)
        {
            Rows(session, preview);
            return;
        }

        var table = new FittingTable();
        table.Add("column", fields.Select(field => field.Name));
        table.Add("type", fields.Select(TypeOf));
        table.Add("", fields.Select(field => stream.Key.Contains(field.Name) ? "key" : ColumnShownAnswer.IsCursor(field, stream) ? "cursor, nullable" : "nullable"));
        table.Add("from", fields.Select(field => field.IsDerived ? "" : field.Path), rank: 1);
        table.Write(session.Prose);
        session.Say(shown.Table.SchemaChanges switch
        {
            SchemaChanges.Evolve => "Fields beyond these become columns as they come.",
            SchemaChanges.Freeze => "A field beyond these stops the stream.",
            _ => "Fields beyond these become no columns.",
        } + (shown.Table.KeepsRaw ? " The whole record is in raw." : ""));
    }

    private static void Rows(Session session, PreviewedRows preview)
    {
        var names = preview.Fields.Select(field => (field.Name, Type: TypeOf(field))).ToList();
        if (preview.HasRaw) names.Add(("raw", "json"));
        var wide = names.Max(column => Cells.Count(column.Name));
        var room = Math.Max(20, session.Prose.Profile.Width - wide - 15);
        foreach (var (at, row) in preview.Rows.Index())
        {
            session.Say($"record {at + 1}");
            foreach (var ((name, type), value) in names.Zip(row).Where(column => column.Second is not null))
                session.Prose.MarkupLineInterpolated($"  {Cells.Fill(name, wide)}  [grey]{type,-9}[/]  {Cells.Cut(Printable.Of(value), room)}");
        }

        foreach (var record in preview.Unfit)
            session.Prose.MarkupLineInterpolated($"[yellow]would wait in quarantine: {Printable.Of(record.Reason.Message)} ({record.Reason.Code})[/]");
        if (preview.Rows.Count + preview.Unfit.Count == 0) session.Say("The source has no record of it.");
    }

    private static string TypeOf(Field field) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{field.Type}");
}
