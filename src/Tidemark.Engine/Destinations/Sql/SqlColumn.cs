using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Where a column's value comes from.</summary>
public enum SqlColumnRole
{
    /// <summary>A field of the stream.</summary>
    Field,

    /// <summary>The record as the vendor sent it.</summary>
    Raw,

    /// <summary>64-bit content hash; null in rows that an application made itself.</summary>
    Hash,

    /// <summary>Id of the run that last wrote the row.</summary>
    Run,

    /// <summary>When the row was last written.</summary>
    SyncedAt,

    /// <summary>Since when the record is gone, where its row is kept; null while it is there.</summary>
    DeletedAt,

    /// <summary>Whether an application's column takes the row's value; not in a live table.</summary>
    Takes,

    /// <summary>In a staging that is compared with a live table: 1 where the row differs, 0 where it does not.</summary>
    Differs,
}

/// <param name="Name">Unquoted.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Role">Where the value comes from.</param>
/// <param name="Position">Position of the field in the stream; -1 for the engine's own columns.</param>
public sealed record SqlColumn(string Name, FieldType Type, SqlColumnRole Role, int Position)
{
    /// <summary>Quoted.</summary>
    public string Quoted { get; } = SqlName.Column(Name).ToString();

    /// <summary>Whose it is; null for the source's.</summary>
    public ColumnOwnership? Ownership { get; init; }

    /// <summary>Whether a live table has it.</summary>
    public bool IsLive => Role is not (SqlColumnRole.Differs or SqlColumnRole.Takes);

    /// <summary>Quoted name of the column beside it that says whether its value is taken.</summary>
    public string TakesName => SqlName.Column(NameOfTakes(Position)).ToString();

    /// <summary>The columns of one of a stream's tables, in order.</summary>
    internal static IEnumerable<SqlColumn> Of(TablePlan plan, SqlTableKind kind)
    {
        foreach (var (at, field) in plan.Stream.Fields.Index())
            yield return new(field.Name, field.Type, SqlColumnRole.Field, at) { Ownership = field.Ownership };
        if (plan.KeepsRaw) yield return new("raw", FieldType.Json, SqlColumnRole.Raw, -1);
        yield return new("_hash", FieldType.Int64, SqlColumnRole.Hash, -1);
        yield return new("_run", FieldType.Text, SqlColumnRole.Run, -1);
        yield return new(plan.SyncedAt, FieldType.Timestamp, SqlColumnRole.SyncedAt, -1);
        if (plan.Deletes.KeepsRow) yield return new("_deleted_at", FieldType.Timestamp, SqlColumnRole.DeletedAt, -1);
        if (kind == SqlTableKind.Live) yield break;
        foreach (var (at, field) in plan.Stream.Fields.Index().Where(entry => entry.Item.Ownership is { IsConditional: true }))
            yield return new(NameOfTakes(at), FieldType.Boolean, SqlColumnRole.Takes, at);
        if (kind == SqlTableKind.Difference) yield return new("_op", FieldType.Int64, SqlColumnRole.Differs, -1);
    }

    private static string NameOfTakes(int position) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"_takes_{position}");
}
