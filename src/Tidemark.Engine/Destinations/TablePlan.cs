using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations;

/// <summary>What one stream becomes at the destination.</summary>
/// <param name="Table">Name of the table, unquoted.</param>
/// <param name="Stream">The columns and the key.</param>
public sealed record TablePlan(string Table, StreamSchema Stream)
{
    private bool _isCompared;

    /// <summary>What the column is called that says when a row was last written, unless a pipeline says otherwise.</summary>
    public const string UsualSyncedAt = "_synced_at";

    /// <summary>How rows become live.</summary>
    public WriteMode Mode { get; init; }

    /// <summary>Name of the column that says when a row was last written.</summary>
    public string SyncedAt { get; init; } = UsualSyncedAt;

    /// <summary>Whether the whole record is kept in a column <c>raw</c>.</summary>
    public bool KeepsRaw { get; init; } = true;

    /// <summary>What happens when a record has a field that the table does not.</summary>
    public SchemaChanges SchemaChanges { get; init; }

    /// <summary>What an empty text becomes in a column of another type.</summary>
    public EmptyText EmptyText { get; init; }

    /// <summary>What happens to the row of a record that is gone.</summary>
    public DeletePolicy Deletes { get; init; } = DeletePolicy.Hard;

    /// <summary>Whether a row of a record's key that Tidemark did not write becomes the record's; else the record waits in quarantine.</summary>
    public bool Adopts { get; init; }

    /// <summary>Columns that refer to another table's key, made when the table is: column to table.</summary>
    public IReadOnlyDictionary<string, string> References { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether nothing but keys is read and staged: publishing deletes what is gone, and leaves all else.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Names of the live table's columns: the stream's fields, and the engine's own.</summary>
    public IEnumerable<string> ColumnNames =>
    [
        .. Stream.Fields.Select(each => each.Name), .. KeepsRaw ? ["raw"] : Array.Empty<string>(), Records.ColumnNames.Hash, "_run", SyncedAt,
        .. Deletes.IsSoft ? ["_deleted_at"] : Array.Empty<string>(),
    ];

    /// <summary>What a <see cref="Shape"/> ends with where fields that nobody declared become no columns.</summary>
    internal const string Discards = " discard";

    /// <summary>
    /// Tells one definition of the columns from another: of those declared, see <see cref="StreamSchema.Fingerprint"/>, of what is masked,
    /// and whether others come with the records.
    /// </summary>
    internal string Shape => Stream.Fingerprint(KeepsRaw).ToString("x16", CultureInfo.InvariantCulture)
        + (MaskText is null ? "" : $"-{MaskText}") + (SchemaChanges == SchemaChanges.Discard ? Discards : "");

    /// <summary>Tells one set of masks from another; null for none.</summary>
    internal string? MaskText => Masks.Count == 0 ? null
        : ContentHash.Of(Encoding.UTF8.GetBytes(string.Join('\n', Masks.Select(mask => $"{mask.Path} {mask.Masking}").Order(StringComparer.Ordinal))))
            .ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>What of the records must not be stored.</summary>
    public IReadOnlyList<MaskRule> Masks { get; init; } = [];

    /// <summary>Key of the hashes that take the place of values.</summary>
    internal byte[] MaskKey { get; init; } = [];

    /// <summary>A mask for one reading of the records; null where everything of them may be stored.</summary>
    internal RecordMask? NewMask() => Masks.Count == 0 ? null : new(Masks, MaskKey);

    /// <summary>Where rows go before they are live.</summary>
    public Staging Staging => _isCompared ? Staging.Compared : Mode == WriteMode.Merge ? Staging.None : Staging.Resumable;

    /// <summary>Whether rows go into a staging first.</summary>
    public bool IsStaged => Staging != Staging.None;

    /// <summary>Whether another table of the run refers to this one.</summary>
    public bool IsReferredTo { get; init; }

    /// <summary>What goes back to the source; null for nothing.</summary>
    public WriteBack? WriteBack { get; init; }

    /// <summary>How many runs back can be undone.</summary>
    public int UndoRuns { get; init; }

    /// <summary>
    /// The same table for a run whose rows are staged, even those of a merge, so that they can be looked at before they are
    /// live. The live table is not touched, not even its columns, until it is published.
    /// </summary>
    public TablePlan Compared(bool isCompared = true) => this with { _isCompared = isCompared };
}
