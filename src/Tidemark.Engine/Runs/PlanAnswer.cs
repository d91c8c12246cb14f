using System.Text.Json.Serialization;
using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Runs;

/// <summary>What a run would change of one stream, the same in a run, in the catalog and in a plan's file.</summary>
public sealed record PlanAnswer
{
    public required string Stream { get; init; }

    public required string Table { get; init; }

    public required long Adds { get; init; }

    public required long Updates { get; init; }

    public required long Deletes { get; init; }

    public required long Unchanged { get; init; }

    public required long Quarantined { get; init; }

    /// <summary>What would go of other tables along with the deleted rows; absent where nothing would.</summary>
    public IReadOnlyList<CascadeAnswer>? Cascades { get; init; }

    /// <summary>A hash over all changes, in hexadecimal; equal for equal changes.</summary>
    public required string Digest { get; init; }

    /// <summary>Columns that the table would get, or that would get another type; absent where there are none.</summary>
    public IReadOnlyList<ColumnChange>? Columns { get; init; }

    /// <summary>The first few changes of each kind.</summary>
    public required IReadOnlyList<ChangeAnswer> Samples { get; init; }

    public static PlanAnswer Of(StreamChanges changes) => new()
    {
        Stream = changes.Stream,
        Table = changes.Table,
        Adds = changes.Adds,
        Updates = changes.Updates,
        Deletes = changes.Deletes,
        Unchanged = changes.Unchanged,
        Quarantined = changes.Quarantined,
        Cascades = CascadeAnswer.Of(changes.Cascades),
        Digest = changes.Digest,
        Columns = changes.Columns.Count > 0 ? changes.Columns : null,
        Samples = [.. changes.Samples.Select(ChangeAnswer.Of)],
    };

    internal StreamChanges ToChanges() => new(Stream, Table)
    {
        Adds = Adds,
        Updates = Updates,
        Deletes = Deletes,
        Unchanged = Unchanged,
        Quarantined = Quarantined,
        Cascades = [.. (Cascades ?? []).Select(each => new Cascade(each.Table, each.Rows, each.Deletes, each.Emptied))],
        Digest = Digest,
        Columns = Columns ?? [],
        Samples = [.. Samples.Select(change => change.ToChange())],
    };
}

/// <summary>What deleting rows takes of another table whose foreign keys lead to them.</summary>
/// <param name="Table">Name of the other table.</param>
/// <param name="Rows">Rows that it has.</param>
/// <param name="Deletes">Rows of it that are deleted along.</param>
/// <param name="Emptied">Rows of it that then refer to nothing.</param>
public sealed record CascadeAnswer(string Table, long Rows, long Deletes, long Emptied)
{
    /// <summary>One a table; null where there are none.</summary>
    internal static IReadOnlyList<CascadeAnswer>? Of(IReadOnlyList<Cascade> cascades) => cascades.Count == 0 ? null
        : [.. cascades.Select(each => new CascadeAnswer(each.Table, each.Rows, each.Deletes, each.Emptied))];

    public Cascade ToCascade() => new(Table, Rows, Deletes, Emptied);
}

/// <summary>A row that would change.</summary>
public sealed record ChangeAnswer
{
    /// <summary>The row's table; absent where that is said elsewhere.</summary>
    public string? Table { get; init; }

    /// <summary>What would become of the row.</summary>
    public required ChangeKind Change { get; init; }

    /// <summary>The row's key, as text.</summary>
    public required string Key { get; init; }

    /// <summary>For an update, the columns that differ; else all that have a value.</summary>
    public required IReadOnlyList<FieldAnswer> Fields { get; init; }

    public static ChangeAnswer Of(RowChange change) => new()
    {
        Change = change.Kind,
        Key = change.Key,
        Fields = [.. change.Fields.Select(field => new FieldAnswer(field.Name, field.Before, field.After))],
    };

    internal RowChange ToChange() => new(
        Change, Key, [.. Fields.Select(field => new FieldChange(field.Name, field.Before, field.After))]);
}

/// <summary>A column's value before and after, as the database writes it as text.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Before">Null for null, or for a row that is not there yet.</param>
/// <param name="After">Null for null, or for a row that goes.</param>
public sealed record FieldAnswer(
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Before,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? After);

/// <summary>The last line of a plan's file.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Mode">Write mode of the run.</param>
/// <param name="MadeAt">When the plan was made.</param>
/// <param name="Plan">What would change, stream by stream.</param>
public sealed record PlanFileAnswer(string Pipeline, WriteMode Mode, DateTimeOffset MadeAt, IReadOnlyList<PlanAnswer> Plan)
{
    public static PlanFileAnswer Of(SavedPlan plan) => new(plan.Pipeline, plan.Mode, plan.MadeAt, [.. plan.Changes.Streams.Select(PlanAnswer.Of)]);
}
