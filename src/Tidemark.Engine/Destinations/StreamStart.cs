using System.Collections.ObjectModel;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations;

/// <summary>What a run finds of a stream when it begins to write it.</summary>
/// <param name="Checkpoint">What an earlier run left to resume; null at the first run.</param>
/// <param name="Before">Where the live rows stood, whatever is resumed; null where nothing is known of them.</param>
/// <param name="HasLive">Whether there was a live table.</param>
/// <param name="Room">Columns that the table can still take.</param>
public sealed record StreamStart(Checkpoint? Checkpoint, Cursor? Before, bool HasLive, int Room)
{
    /// <summary>Bytes that the fields of one record may take of a row: see <see cref="RowSpace"/>.</summary>
    public int RowBytes { get; init; } = int.MaxValue;

    /// <summary>Types that an inferred column can leave for text, its values with it. Default none.</summary>
    public IReadOnlyList<FieldType> Widenable { get; init; } = [];

    /// <summary>Columns that must keep their types, since something else is made of them, e.g. a view.</summary>
    public IReadOnlySet<string> Held { get; init; } = ReadOnlySet<string>.Empty;

    /// <summary>Whether the table has a column of a name, made by somebody else, that a field of a type cannot fill.</summary>
    public Func<string, FieldType, bool> IsTaken { get; init; } = (_, _) => false;

    /// <summary>Whether a column may become one of text when a value does not fit it.</summary>
    public bool MayBecomeText(Field field) => field.IsInferred && Widenable.Contains(field.Type) && !Held.Contains(field.Name);

    /// <summary>What a person should know of the table, in sentences.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>
    /// Why a merge must read and compare everything, in a sentence: the rows that are there were written from another table's
    /// state, or lack values that no change will bring. Null where it goes on, or begins with an empty table.
    /// </summary>
    public string? Compares { get; init; }
}
