using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>A column as SQL names it.</summary>
/// <param name="column">What it holds.</param>
/// <param name="stored">The column that an application made of it, where that is not as a new one would be; else null.</param>
public sealed class SqlColumn(LayoutColumn column, TableColumn? stored)
{
    /// <summary>Unquoted.</summary>
    public string Name => column.Name;

    /// <summary>What it holds.</summary>
    public FieldType Type { get; } = column.Type;

    /// <summary>The column as an application made it, or as the live table has it; null where it is as a new one would be.</summary>
    public TableColumn? Stored => stored;

    /// <summary>Where the value comes from.</summary>
    public ColumnRole Role { get; } = column.Role;

    /// <summary>Position of the field in the stream; -1 for the engine's own columns.</summary>
    public int Position { get; } = column.Position;

    /// <summary>Quoted.</summary>
    public string Quoted { get; } = SqlName.Column(column.Name).ToString();

    /// <summary>Whose it is; null for the source's.</summary>
    public ColumnOwnership? Ownership => column.Ownership;

    /// <summary>Whether a live table has it.</summary>
    public bool IsLive => column.IsLive;

    /// <inheritdoc cref="LayoutColumn.IsSources"/>
    public bool IsSources => column.IsSources;

    /// <summary>Quoted name of the column beside it that says whether its value is taken.</summary>
    public string TakesName => SqlName.Column(column.TakesName).ToString();
}
