namespace Tidemark.Engine.Destinations.Writing;

/// <summary>Where a column's value comes from.</summary>
public enum ColumnRole
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

    /// <summary>Since when the record is gone, where its row stays; null while it is there.</summary>
    DeletedAt,

    /// <summary>Whether an application's column takes the row's value; not in a live table.</summary>
    Takes,

    /// <summary>In a staging that is compared with a live table: 1 where the row differs, 0 where it does not.</summary>
    Differs,
}
