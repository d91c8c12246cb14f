using System.Data.Common;
using Microsoft.Data.Sqlite;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Sqlite;

/// <summary>Tells SQLite's failures apart. Source: https://www.sqlite.org/rescode.html.</summary>
internal static class SqliteErrors
{
    private const int Permission = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;
    private const int NotADatabase = 26;

    // Extended codes of a constraint.
    private const int ForeignKey = 787;
    private const int NotNull = 1299;
    private const int PrimaryKey = 1555;
    private const int Unique = 2067;
    private const int Check = 275;

    public static Problem? RowProblem(DbException failure, string table) =>
        failure is SqliteException { SqliteErrorCode: TooBig or Constraint or Mismatch } refused
            ? new Problem(
                refused.SqliteExtendedErrorCode switch
                {
                    ForeignKey => "sqlite.foreign_key",
                    NotNull => "sqlite.not_null",
                    PrimaryKey or Unique => "sqlite.unique",
                    Check => "sqlite.check",
                    _ => "sqlite.value_refused",
                },
                $"table {table}", Sentence(refused))
            : null;

    public static TidemarkException NotAFile(string path, string what) =>
        new(FailureKind.Configuration, "sqlite.not_a_file", $"The database file {path} is {what}.")
        {
            Hint = "Name a file in the setting path; it is made where it is missing.",
        };

    public static TidemarkException NotMade(string path, Exception cause) =>
        new(FailureKind.Configuration, "sqlite.cannot_open", $"The database file {path} cannot be made: {cause.Message}", cause)
        {
            Hint = "Check the setting path: its folder must exist and be writable.",
        };

    public static TidemarkException ReadOnlyFile(string path, Exception? cause = null) =>
        new(FailureKind.Configuration, "sqlite.read_only", $"The database file {path} cannot be written.", cause)
        {
            Hint = "Give this user the right to write the file and its folder.",
        };

    public static TidemarkException Gone(string path) =>
        new(FailureKind.Configuration, "sqlite.file_gone", $"The database file {path} was deleted, renamed or replaced meanwhile.")
        {
            Hint = "Put the file back, or run again: what the file lacks is read anew.",
        };

    public static TidemarkException CannotLock(Exception cause, SqlName? table = null) =>
        new(FailureKind.Configuration, "sqlite.cannot_lock",
            $"{(table is { } known ? $"The table {known.Name}" : "Tables")} cannot be locked: {cause.Message}", cause)
        {
            Hint = "Give this user the right to write the folder of the database and the files in it.",
        };

    public static TidemarkException Explain(DbException failure)
    {
        var (kind, code, hint) = (failure as SqliteException)?.SqliteErrorCode switch
        {
            Busy or Locked => (FailureKind.Transient, "sqlite.busy", "Another program holds the database; run again when it has let go."),
            Permission or ReadOnly => (FailureKind.Configuration, "sqlite.read_only", "Give this user the right to write the file and its folder."),
            Full => (FailureKind.Configuration, "sqlite.disk_full", "Make room on the disk; the old rows are as they were."),
            CannotOpen => (FailureKind.Configuration, "sqlite.cannot_open", "Check the setting path: its folder must exist and be writable."),
            NotADatabase => (FailureKind.Configuration, "sqlite.not_a_database", "The setting path names a file of another kind."),
            Corrupt => (FailureKind.Configuration, "sqlite.corrupt", "Restore the file from a backup."),
            InputOutput => (FailureKind.Transient, "sqlite.disk_error", "Check the disk, then run again."),
            _ => (FailureKind.Defect, "sqlite.refused", (string?)null),
        };
        return new TidemarkException(kind, code, $"SQLite says: {Sentence(failure)}", failure) { Hint = hint };
    }

    /// <summary>What SQLite itself said: its driver puts it between quotes, behind the code.</summary>
    public static string Sentence(DbException failure)
    {
        const string end = "'.";
        var start = failure is SqliteException { SqliteErrorCode: var code } ? $"SQLite Error {code}: '" : end;
        return failure.Message.StartsWith(start, StringComparison.Ordinal) && failure.Message.EndsWith(end, StringComparison.Ordinal)
            ? failure.Message[start.Length..^end.Length] : failure.Message;
    }
}
