using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Engine.Transfers;

/// <summary>A database as a transfer sees it.</summary>
/// <param name="Name">Its name, with the host: <c>shop at db.example.com</c>. No user, no password.</param>
/// <param name="Identity">Tells it from every other database: the cluster's identifier and the database's number.</param>
public sealed record DatabaseShape(string Name, string Identity)
{
    /// <summary>
    /// Tells the server that runs it from every other one: when that one started, and the database's number. A copy of a server's files has the same
    /// <see cref="Identity"/>, but not this. Null where it is not known.
    /// </summary>
    public string? Instance { get; init; }

    /// <summary>Its name without the host.</summary>
    public string Database => Name.LastIndexOf(" at ", StringComparison.Ordinal) is var at && at < 0 ? Name : Name[..at];

    /// <summary>Major version of the server: 14 and later.</summary>
    public required int Version { get; init; }

    /// <summary>E.g. <c>UTF8</c>.</summary>
    public required string Encoding { get; init; }

    /// <summary>Default collation with its provider and version, e.g. <c>c en_US.UTF-8 2.36</c>.</summary>
    public required string Collation { get; init; }

    /// <summary>Whether it only follows another server and takes no writes.</summary>
    public bool IsReplica { get; init; }

    /// <summary>Whether the user sees all rows of tables with row security.</summary>
    public bool SeesAllRows { get; init; }

    /// <summary>Whether the user is a superuser.</summary>
    public bool IsSuperuser { get; init; }

    /// <summary>Age of its oldest transaction id; at 2 billion the server stops.</summary>
    public long TransactionAge { get; init; }

    public long LargeObjects { get; init; }

    /// <summary>Extensions with their versions.</summary>
    public IReadOnlyDictionary<string, string> Extensions { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Types that are not the server's own, with what they are made of: <c>enum (new, paid)</c>.</summary>
    public IReadOnlyDictionary<string, string> Types { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Tables that may hold rows of their own: partitions are told with their root alone.</summary>
    public IReadOnlyList<TableShape> Tables { get; init; } = [];

    public IReadOnlyList<SequenceShape> Sequences { get; init; } = [];

    /// <summary>Materialized views: they hold what the tables had when they were last refreshed.</summary>
    public IReadOnlyList<SqlName> MaterializedViews { get; init; } = [];
}

/// <summary>A table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">In their order.</param>
public sealed record TableShape(SqlName Name, IReadOnlyList<ColumnShape> Columns)
{
    /// <summary>Columns of the primary key, or of another unique index over columns that are never null; empty where there is none.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>All that could be the key, the best first: <see cref="Key"/> is the first of them.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Keys { get; init; } = [];

    /// <summary>
    /// Values of a key of one whole number that divide the rows into equal parts, ascending, as the server last counted them; empty where it has not, and
    /// for other keys.
    /// </summary>
    public IReadOnlyList<long> KeyBounds { get; init; } = [];

    public IReadOnlyList<ForeignKeyShape> ForeignKeys { get; init; } = [];

    /// <summary>Unique indexes beside the key, check and exclusion constraints, as the server defines them, by name.</summary>
    public IReadOnlyDictionary<string, string> Constraints { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Triggers of the users that fire for an ordinary session.</summary>
    public IReadOnlyList<string> Triggers { get; init; } = [];

    /// <summary>Whether it is divided into partitions.</summary>
    public bool IsPartitioned { get; init; }

    /// <summary>Tables that it inherits from, without being a partition of them.</summary>
    public IReadOnlyList<SqlName> Inherits { get; init; } = [];

    /// <summary>Whether row security is on for it, and holds for the user.</summary>
    public bool HidesRows { get; init; }

    /// <summary>The extension that owns it; null for none.</summary>
    public string? Extension { get; init; }

    /// <summary>Whether it, or a part of it, is a table of another server.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Whether its rows are gone after a crash of the server.</summary>
    public bool IsUnlogged { get; init; }

    /// <summary>About how many rows it has.</summary>
    public long EstimatedRows { get; init; }

    /// <summary>Bytes of its rows on disk.</summary>
    public long Bytes { get; init; }

    /// <summary>What the user may not do with it of SELECT, INSERT, UPDATE, DELETE, TRUNCATE.</summary>
    public IReadOnlyList<string> Denied { get; init; } = [];

    /// <summary>Names of rules (CREATE RULE), which rewrite what is written.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>As a person writes it: without the schema where that is <c>public</c>.</summary>
    public string Label => Name.Schema is null or "public" ? Name.Name : $"{Name.Schema}.{Name.Name}";
}

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">As the server writes it, with its modifier and, for other types than its own, with the schema.</param>
public sealed record ColumnShape(string Name, string Type)
{
    public bool IsNotNull { get; init; }

    /// <summary>Whether its values are computed from other columns, stored or not.</summary>
    public bool IsGenerated { get; init; }

    /// <summary>GENERATED ALWAYS AS IDENTITY: an INSERT must say that it overrides it.</summary>
    public bool IsIdentityAlways { get; init; }

    public bool IsIdentity { get; init; }

    /// <summary>Whether equal values to the server are the same value: no collation of its own that says otherwise, and a type whose equality is identity.</summary>
    public bool HashesNatively { get; init; }

    /// <summary>The type's base where it is a domain, else null.</summary>
    public string? DomainOf { get; init; }

    /// <summary>Whether an INSERT may leave it out although it takes no null.</summary>
    public bool HasDefault { get; init; }

    /// <summary>Whether its binary form is the same on every server: of the server's own types, their arrays and domains, and of enums.</summary>
    public bool CopiesInBinary { get; init; }

    /// <summary>Its type in <see cref="DatabaseShape.Types"/>, or that of an array's elements; null for the server's own types.</summary>
    public string? UserType { get; init; }

    /// <summary>The extension that its type comes from; null for none.</summary>
    public string? Extension { get; init; }
}

/// <summary>A foreign key.</summary>
/// <param name="Name">Name of the constraint.</param>
/// <param name="Columns">The columns that refer.</param>
/// <param name="To">The table that they refer to.</param>
/// <param name="ToColumns">Its columns.</param>
/// <param name="Definition">As the server writes it, to compare it and to make it again.</param>
public sealed record ForeignKeyShape(string Name, IReadOnlyList<string> Columns, SqlName To, IReadOnlyList<string> ToColumns, string Definition)
{
    public bool IsDeferrable { get; init; }

    /// <summary>False where it is NOT VALID, NOT ENFORCED, or of some partitions alone: rows may break it.</summary>
    public bool IsProven { get; init; } = true;

    /// <summary>Whether every row refers to the one whose columns are equal: not where it is of some partitions alone, or has a PERIOD.</summary>
    public bool IsPlain { get; init; } = true;
}

/// <summary>A sequence.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Owner">The table whose column it gives values; null for none.</param>
/// <param name="Column">The column of it.</param>
public sealed record SequenceShape(SqlName Name, SqlName? Owner, string? Column);
