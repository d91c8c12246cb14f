using Tidemark.Engine.Destinations;

namespace Tidemark.Connectors.Postgres;

/// <summary>A column as PostgreSQL's catalog has it.</summary>
internal sealed record PostgresColumn(string Name, string Type) : TableColumn(Name, Type)
{
    /// <summary>How values of its type are written; a domain's by the type that it restricts.</summary>
    public PostgresForm Form { get; init; }

    /// <summary>Length or precision as the catalog has it; -1 for none. A domain's is that of its type.</summary>
    public int Modifier { get; init; } = -1;

    /// <summary>The values of an enumeration.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Letters that a text may have; null for any number.</summary>
    public int? Letters => Modifier < 4 ? null : Modifier - 4;

    /// <summary>Digits that a number may have, and those of them behind the point; null for any number.</summary>
    /// <remarks>src/backend/utils/adt/numeric.c, <c>make_numeric_typmod</c>: the scale has eleven bits, and may be negative.</remarks>
    public (int Precision, int Scale)? Digits =>
        Modifier < 4 ? null : (((Modifier - 4) >> 16) & 0xFFFF, (((Modifier - 4) & 0x7FF) ^ 1024) - 1024);

    /// <summary>Digits of a second that a time may have.</summary>
    public int SecondDigits => Modifier < 0 ? 6 : Modifier;
}
