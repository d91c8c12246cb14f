namespace Tidemark.Engine.Destinations.Sql;

/// <summary>A table that is there, as whoever wants to write it meets it.</summary>
/// <param name="Rows">About how many rows; null where only counting would tell.</param>
/// <param name="Bytes">Room that it takes with its indexes; null where the database does not say.</param>
/// <param name="Lacking">Rights that are missing, e.g. <c>UPDATE</c>.</param>
/// <param name="CanAlter">Whether columns can be added.</param>
/// <param name="LockedBy">Who keeps others from writing it, in a sentence; empty where nobody does.</param>
public sealed record SqlTableState(long? Rows, long? Bytes, IReadOnlyList<string> Lacking, bool CanAlter, string LockedBy);
