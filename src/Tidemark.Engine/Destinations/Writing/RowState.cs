namespace Tidemark.Engine.Destinations.Writing;

/// <summary>State of one row of a batch, which decides how it is written.</summary>
public enum RowState : byte
{
    /// <summary>The table has no row of this key.</summary>
    New,

    /// <summary>The table has the row with other content.</summary>
    Changed,

    /// <summary>The table has the row as it was read.</summary>
    Unchanged,

    /// <summary>The table has a row of this key that Tidemark did not write.</summary>
    Foreign,

    /// <summary>The source says that the record is gone.</summary>
    Deletion,

    /// <summary>The record exists but cannot be written; whatever row the live table has of its key stays.</summary>
    Unfit,

    /// <summary>A later row of the batch has the same key.</summary>
    Passed,

    /// <summary>The store cannot have a row of its own: it cannot hold the key, or takes it for that of another record.</summary>
    Barred,
}
