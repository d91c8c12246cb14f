using Spectre.Console;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>A plan as people read it: counts a stream, then the first few changes, field by field.</summary>
internal static class PlanReport
{
    private const int FieldsShown = 6;
    private const int LettersShown = 40;

    /// <param name="console">Where to.</param>
    /// <param name="plan">The changes.</param>
    /// <param name="canSave">Whether the same command can write all of them to a file.</param>
    public static void Write(IAnsiConsole console, ChangeSummary plan, bool canSave)
    {
        var table = new FittingTable();
        table.Add("stream", plan.Streams.Select(stream => stream.Stream));
        table.Add("table", plan.Streams.Select(stream => stream.Table), rank: 9);
        Add("to add", stream => stream.Adds);
        Add("to update", stream => stream.Updates);
        Add("to delete", stream => stream.Deletes);
        Add("unchanged", stream => stream.Unchanged);
        if (plan.Streams.Any(stream => stream.Quarantined > 0)) Add("quarantined", stream => stream.Quarantined);
        table.Write(console);
        foreach (var stream in plan.Streams.Where(stream => stream.Columns.Count > 0))
            console.MarkupLine($"[grey]{Markup.Escape(Printable.Of($"{stream.Table}: {string.Join(", ", stream.Columns.Select(Describe))}"))}[/]");
        foreach (var stream in plan.Streams) WriteCascades(console, stream.Table, stream.Cascades);
        foreach (var stream in plan.Streams.Where(stream => stream.Samples.Count > 0)) WriteSamples(console, stream, canSave);

        void Add(string name, Func<StreamChanges, long> value) =>
            table.Add(name, plan.Streams.Select(stream => RunReport.Number(value(stream))), isNumber: true);
    }

    /// <summary>What would go of other tables along with rows of a table.</summary>
    public static void WriteCascades(IAnsiConsole console, string from, IReadOnlyList<Cascade> cascades)
    {
        foreach (var cascade in cascades)
        {
            var what = cascade.Deletes == 0 ? $"{RunReport.Number(cascade.Emptied)} rows would no longer refer to"
                : $"{RunReport.Number(cascade.Deletes)} of {RunReport.Number(cascade.Rows)} rows would be deleted along with";
            console.MarkupLine($"[red]{Markup.Escape(Printable.Of(cascade.Table))}[/]: {what} rows of {Markup.Escape(Printable.Of(from))}");
        }
    }

    private static void WriteSamples(IAnsiConsole console, StreamChanges stream, bool canSave)
    {
        console.MarkupLine($"[grey]{Markup.Escape(Printable.Of(stream.Table))}[/]");
        foreach (var change in stream.Samples) WriteRow(console, change.Kind, change.Key, change.Fields);
        var left = stream.Adds + stream.Updates + stream.Deletes - stream.Samples.Count;
        if (left > 0) console.MarkupLine($"  [grey]and {RunReport.Number(left)} more{(canSave ? "; --save FILE writes all of them" : "")}[/]");
    }

    /// <summary>One row and what changes of it, on a line.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="kind">Null where it is not known whether the row was there before.</param>
    /// <param name="key">Its key.</param>
    /// <param name="fields">Its columns.</param>
    /// <param name="isAfterKnown">False where an update has the values before alone.</param>
    public static void WriteRow(IAnsiConsole console, ChangeKind? kind, string key, IReadOnlyList<FieldChange> fields, bool isAfterKnown = true)
    {
        var (sign, colour) = kind switch
        {
            ChangeKind.Add => ("+", "green"),
            ChangeKind.Update => ("~", "yellow"),
            ChangeKind.Delete => ("-", "red"),
            _ => ("=", "blue"),
        };
        var shown = fields.Take(FieldsShown).Select(field => Describe(isAfterKnown ? kind : null, field)).ToList();
        if (fields.Count > FieldsShown) shown.Add($"… {fields.Count - FieldsShown} more");
        if (shown.Count == 0) shown.Add("only what is kept in raw");
        console.MarkupLine($"  [{colour}]{sign}[/] {Markup.Escape(Printable.Of(key))}  [grey]{Markup.Escape(string.Join(", ", shown))}[/]");
    }

    private static string Describe(ColumnChange column) => column.Was is { } was
        ? $"column {column.Name} becomes {column.Type} (was {was})" : $"new column {column.Name} ({column.Type})";

    private static string Describe(ChangeKind? kind, FieldChange field) => kind == ChangeKind.Update
        ? $"{Printable.Of(field.Name)}: {Value(field.Before)} → {Value(field.After)}"
        : $"{Printable.Of(field.Name)}: {Value(field.After ?? field.Before)}";

    private static string Value(string? value) =>
        value is null ? "null" : Printable.Of(value.Length > LettersShown ? value[..LettersShown] + "…" : value);
}
