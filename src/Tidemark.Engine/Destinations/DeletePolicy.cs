namespace Tidemark.Engine.Destinations;

/// <summary>What happens to the row of a record that is gone at the source.</summary>
/// <param name="IsSoft">False: the row is deleted. True: it stays, and <c>_deleted_at</c> says since when it is gone.</param>
public sealed record DeletePolicy(bool IsSoft)
{
    public static readonly DeletePolicy Hard = new(false);

    public static readonly DeletePolicy Soft = new(true);

    /// <summary>A column that is set as well, e.g. <c>is_deleted</c> or <c>status</c>; null for none.</summary>
    public string? Column { get; init; }

    /// <summary>What it is set to, e.g. <c>true</c> or <c>INACTIVE</c>.</summary>
    public string Value { get; init; } = "true";

    /// <summary>What a column that the source does not fill has while the record is there; null for nothing.</summary>
    public string? Otherwise { get; init; }

    /// <summary>Keeps the row and sets a column as well.</summary>
    /// <param name="column">E.g. <c>is_deleted</c>.</param>
    /// <param name="value">What it is set to; where that is a truth, the column has the contrary otherwise.</param>
    public static DeletePolicy Marking(string column, string value = "true") => Soft with
    {
        Column = column,
        Value = value,
        Otherwise = bool.TryParse(value, out var truth) ? (truth ? "false" : "true") : null,
    };
}
