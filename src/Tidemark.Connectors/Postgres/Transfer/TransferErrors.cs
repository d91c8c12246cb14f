using System.Data.Common;
using Npgsql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Says whose a failure is while tables are read: the condition's of a table, or the server's.</summary>
internal static class TransferErrors
{
    private const string Advice = "Write one condition on the table t, e.g. t.created_at >= '2026-01-01', without comments and without a semicolon.";

    /// <summary>Does something with the database, and explains how it fails.</summary>
    public static Task<T> ExplainedAsync<T>(Func<Task<T>> act) => ExplainedAsync(null, act);

    /// <summary>Reads a table, and explains how it fails.</summary>
    public static async Task<T> ExplainedAsync<T>(TransferTable? table, Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception failure) when (Explain(table, failure) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Null for what is no failure of the database, such as a cancellation.</summary>
    public static TidemarkException? Explain(TransferTable? table, Exception failure) => failure switch
    {
        PostgresException refused when table?.Where is not null && IsOfCondition(refused.SqlState) => Refused(table, $"PostgreSQL says: {refused.MessageText}", refused),
        DbException refused => PostgresErrors.Explain(refused),
        InvalidOperationException broken => PostgresErrors.ExplainOther(broken),
        _ => null,
    };

    /// <summary>The operator's condition of a table cannot be used.</summary>
    public static TidemarkException Refused(TransferTable table, string reason, Exception? cause = null) =>
        new(FailureKind.Configuration, "transfer.where_refused", $"The condition (where) of table {table.Label} cannot be used. {reason}", cause) { Hint = Advice };

    // Its text, values that it cannot compute, a function that writes or raises, a subquery of more than one row.
    private static bool IsOfCondition(string state) => state is ['2', '1' or '2' or '5' or 'F', ..] or ['3', '8', ..] or ['P', '0', ..]
        || (state is ['4', '2', ..] && state != PostgresErrorCodes.InsufficientPrivilege);
}
