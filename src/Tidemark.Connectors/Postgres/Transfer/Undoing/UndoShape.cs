using Npgsql;
using Tidemark.Connectors.Postgres.Transfer.Writing;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Transfer.Undoing;

/// <summary>Whether a table still has the columns that it had when its rows were kept.</summary>
internal static class UndoShape
{
    /// <summary>The table as it is.</summary>
    /// <exception cref="TidemarkException"><c>undo.table_gone</c>, <c>undo.table_changed</c> (usage).</exception>
    public static async Task<TargetTable> RequireAsync(NpgsqlConnection connection, LoggedTable table, string run, CancellationToken cancellationToken)
    {
        var target = await TargetTable.ReadAsync(connection, table.Name, cancellationToken) ?? throw new TidemarkException(
            FailureKind.Usage, "undo.table_gone", $"The table {table.Label}, which {run} wrote, is no longer there.")
        {
            Hint = "Bring it back under its name.",
        };
        if (target.Shape == table.Shape) return target;
        throw new TidemarkException(
            FailureKind.Usage, "undo.table_changed", $"The columns of {table.Label} are no longer those that {run} wrote: {target.Shape} in place of {table.Shape}.")
        {
            Hint = "The rows as they were fit the earlier columns alone: give the table those, in their order.",
        };
    }
}
