using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tidemark.Engine.Destinations.Sql.Backups;

namespace Tidemark.Connectors.Sqlite;

/// <summary>A prepared statement that is bound from UTF-8 bytes and numbers, without an object per value.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v2(database, sql, out _statement));
    }

    /// <param name="place">From 1.</param>
    /// <param name="text">UTF-8; copied.</param>
    public void BindText(int place, ReadOnlySpan<byte> text) => Check(raw.sqlite3_bind_text(_statement, place, text));

    public void BindNumber(int place, long number) => Check(raw.sqlite3_bind_int64(_statement, place, number));

    public void BindReal(int place, double real) => Check(raw.sqlite3_bind_double(_statement, place, real));

    public void BindNull(int place) => Check(raw.sqlite3_bind_null(_statement, place));

    /// <summary>Runs the statement; the first row's first column as a number, or null where there is no row or it is null.</summary>
    /// <param name="hasRow">Set to whether there was a row.</param>
    public long? Run(out bool hasRow) => Finish(raw.sqlite3_step(_statement), out hasRow);

    /// <summary>Runs a select; whether the second column of its first row is true, besides what <see cref="Run(out bool)"/> returns.</summary>
    public long? Run(out bool hasRow, out bool flag)
    {
        var code = raw.sqlite3_step(_statement);
        flag = code == raw.SQLITE_ROW && raw.sqlite3_column_int64(_statement, 1) == 1;
        return Finish(code, out hasRow);
    }

    /// <summary>Goes on to the next row of a select; false after the last.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        return code is raw.SQLITE_ROW or raw.SQLITE_DONE ? code == raw.SQLITE_ROW : throw Failure(code);
    }

    /// <summary>Writes the row that the statement stands on, each value by its own storage class.</summary>
    public void Write(RowText row)
    {
        for (var at = 0; at < raw.sqlite3_column_count(_statement); at++) Write(row, at);
    }

    /// <summary>As the other, with a name before each value.</summary>
    public void Write(RowText row, IReadOnlyList<string> names)
    {
        for (var at = 0; at < names.Count; at++)
        {
            row.Name(names[at]);
            Write(row, at);
        }
    }

    private void Write(RowText row, int at)
    {
        switch (raw.sqlite3_column_type(_statement, at))
        {
            case raw.SQLITE_INTEGER: row.Number(raw.sqlite3_column_int64(_statement, at)); break;
            case raw.SQLITE_FLOAT: row.Real(raw.sqlite3_column_double(_statement, at)); break;
            case raw.SQLITE_BLOB: row.Blob(raw.sqlite3_column_blob(_statement, at)); break;
            case raw.SQLITE_TEXT:
                // Asked for as text first, so that its bytes are UTF-8 whatever the file's encoding.
                raw.sqlite3_column_text(_statement, at);
                row.Text(raw.sqlite3_column_blob(_statement, at));
                break;
            default: row.Null(); break;
        }
    }

    public void BindBlob(int place, ReadOnlySpan<byte> bytes) => Check(raw.sqlite3_bind_blob(_statement, place, bytes));

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw Failure(code);
    }

    private SqliteException Failure(int code) =>
        new(raw.sqlite3_errmsg(_database).utf8_to_string(), code & 0xFF, raw.sqlite3_extended_errcode(_database));

    private long? Finish(int code, out bool hasRow)
    {
        hasRow = code == raw.SQLITE_ROW;
        long? number = hasRow && raw.sqlite3_column_type(_statement, 0) != raw.SQLITE_NULL
            ? raw.sqlite3_column_int64(_statement, 0)
            : null;
        // A statement with RETURNING has done its work when its first row comes; the rest of its rows are not wanted.
        while (code == raw.SQLITE_ROW) code = raw.sqlite3_step(_statement);
        var failure = code == raw.SQLITE_DONE ? null : Failure(code);
        raw.sqlite3_reset(_statement);
        return failure is null ? number : throw failure;
    }
}
