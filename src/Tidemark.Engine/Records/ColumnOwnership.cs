namespace Tidemark.Engine.Records;

/// <summary>Whose a column is once its row exists.</summary>
public enum ColumnOwner
{
    /// <summary>The source's: written whenever the record changes.</summary>
    Source,

    /// <summary>The application's: filled when the row is created, then kept.</summary>
    App,

    /// <summary>The source's at creation, then kept.</summary>
    InsertOnly,

    /// <summary>The source's as long as the column is null.</summary>
    FillIfNull,
}

/// <summary>Whose a column is, and what it holds where the source has nothing to say.</summary>
/// <param name="Owner">Whose it is.</param>
public sealed record ColumnOwnership(ColumnOwner Owner)
{
    /// <summary>
    /// What the column gets where the source gives it no value, as text; of an application's column, what a new row
    /// gets. <c>{column}</c> stands for the value of a text column of the same row. Null for nothing.
    /// </summary>
    public string? Default { get; init; }

    /// <summary>
    /// An application's column takes the source's value, on creation and on update, where all of these hold. Empty: never.
    /// </summary>
    public IReadOnlyList<ColumnCondition> When { get; init; } = [];

    /// <summary>True where it depends on the record whether an update writes the column.</summary>
    public bool IsConditional => Owner == ColumnOwner.App && When.Count > 0;

    /// <summary>True for a column that no update ever writes.</summary>
    public bool IsKept => Owner == ColumnOwner.InsertOnly || (Owner == ColumnOwner.App && When.Count == 0);
}

/// <summary>A condition: a column of the incoming record has one of these values.</summary>
/// <param name="Column">A text column of the same table.</param>
/// <param name="Values">The values, compared letter for letter.</param>
public sealed record ColumnCondition(string Column, IReadOnlyList<string> Values);
