using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Engine.Transfers;

/// <summary>What is transferred of one table. Both ends work from the same one, so that both compute the same hashes.</summary>
/// <param name="Name">Its name at both ends.</param>
/// <param name="Columns">The columns that hold values of their own: generated ones are left out. In the source's order.</param>
/// <param name="Key">Names of the columns that tell its rows apart, in the order of the key; empty for a table without a key.</param>
/// <param name="Buckets">How its rows are divided to be compared.</param>
public sealed record TransferTable(SqlName Name, IReadOnlyList<TransferColumn> Columns, IReadOnlyList<string> Key, Bucketing Buckets)
{
    /// <summary>
    /// SQL condition for the rows of the source, on the table under the alias <c>t</c>; null for all. It is the operator's own text and runs
    /// in a transaction that cannot write.
    /// </summary>
    public string? Where { get; init; }

    /// <summary>Whether rows are copied as text, since the two servers do not have the same types.</summary>
    public bool InText { get; init; }

    /// <summary>About how many rows the source has of it.</summary>
    public long EstimatedRows { get; init; }

    /// <summary>Whether the table has an identity or serial column that must keep the source's values.</summary>
    public bool HasIdentityAlways { get; init; }

    /// <summary>
    /// Foreign keys of the target's table to rows that are written after those that refer to them, or with them: to itself, and round a cycle.
    /// </summary>
    public IReadOnlyList<ForeignKeyShape> LateKeys { get; init; } = [];

    /// <summary>As a person writes it: without the schema where that is <c>public</c>.</summary>
    public string Label => Name.Schema is null or "public" ? Name.Name : $"{Name.Schema}.{Name.Name}";

    public bool HasKey => Key.Count > 0;
}

/// <summary>A column that is transferred.</summary>
/// <param name="Name">Its name at both ends.</param>
/// <param name="Type">Its type as the source's server writes it, with its modifier: <c>numeric(12,2)</c>.</param>
/// <param name="Hash">How its value is hashed.</param>
public sealed record TransferColumn(string Name, string Type, HashForm Hash)
{
    /// <summary>What the source gives in place of the value; null for the value itself.</summary>
    public ColumnMask? Mask { get; init; }
}

/// <summary>How a value is hashed, so that equal hashes mean equal values on servers of any version.</summary>
public enum HashForm
{
    /// <summary>By the server's own function: values that are equal to it are the same value too.</summary>
    Native,

    /// <summary>By the text of the value, under pinned settings.</summary>
    Text,
}

/// <summary>What a source gives in place of a value.</summary>
public enum ColumnMask
{
    /// <summary>Null.</summary>
    Null,

    /// <summary>A keyed hash of it, in a column of text.</summary>
    Hash,
}

/// <summary>How the rows of a table are divided into buckets. Every row is in one, whatever its key.</summary>
/// <param name="Kind">By what.</param>
/// <param name="Size">Keys in a bucket, or number of buckets; at least 1.</param>
public sealed record Bucketing(BucketKind Kind, long Size)
{
    /// <summary>Buckets that are asked for at once at most.</summary>
    public const int MaxAsked = 20_000;
}

/// <summary>What decides the bucket of a row.</summary>
public enum BucketKind
{
    /// <summary>Its key, a whole number: the key divided by the size, rounded down.</summary>
    Range,

    /// <summary>A hash of its key, modulo the size; of the whole row where there is no key.</summary>
    Hash,
}
