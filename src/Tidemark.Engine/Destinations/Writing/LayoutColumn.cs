using System.Globalization;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>A column of one of a stream's tables.</summary>
/// <param name="Name">Its name, unquoted.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Role">Where the value comes from.</param>
/// <param name="Position">Position of the field in the stream; -1 for the engine's own columns.</param>
public sealed record LayoutColumn(string Name, FieldType Type, ColumnRole Role, int Position)
{
    /// <summary>Whose it is; null for the source's.</summary>
    public ColumnOwnership? Ownership { get; init; }

    /// <summary>Whether a live table has it.</summary>
    public bool IsLive => Role is not (ColumnRole.Differs or ColumnRole.Takes);

    /// <summary>Whether a row of it can only hold what the record says: the source's columns, and the record itself.</summary>
    public bool IsSources { get; init; }

    /// <summary>Name of the column beside it that says whether its value is taken.</summary>
    public string TakesName => NameOfTakes(Position);

    /// <summary>The columns of one of a stream's tables, in order.</summary>
    internal static IEnumerable<LayoutColumn> Of(TablePlan plan, TableKind kind)
    {
        foreach (var (at, field) in plan.Stream.Fields.Index())
            yield return new(field.Name, field.Type, ColumnRole.Field, at)
            {
                Ownership = field.Ownership,
                IsSources = field is { IsDerived: false, Ownership: null or { Owner: ColumnOwner.Source } },
            };
        if (plan.KeepsRaw) yield return new("raw", FieldType.Json, ColumnRole.Raw, -1) { IsSources = true };
        yield return new(ColumnNames.Hash, FieldType.Int64, ColumnRole.Hash, -1);
        yield return new("_run", FieldType.Text, ColumnRole.Run, -1);
        yield return new(plan.SyncedAt, FieldType.Timestamp, ColumnRole.SyncedAt, -1);
        if (plan.Deletes.IsSoft) yield return new("_deleted_at", FieldType.Timestamp, ColumnRole.DeletedAt, -1);
        if (kind == TableKind.Live) yield break;
        foreach (var (at, field) in plan.Stream.Fields.Index().Where(entry => entry.Item.Ownership is { IsConditional: true }))
            yield return new(NameOfTakes(at), FieldType.Boolean, ColumnRole.Takes, at);
        if (kind == TableKind.Difference) yield return new("_op", FieldType.Int64, ColumnRole.Differs, -1);
    }

    private static string NameOfTakes(int position) => string.Create(CultureInfo.InvariantCulture, $"_takes_{position}");
}
