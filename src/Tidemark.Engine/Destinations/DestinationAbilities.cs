using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>What a destination cannot do of what is asked of it, before anything is read.</summary>
public static class DestinationAbilities
{
    /// <summary>Every ability that writing some tables needs and the destination lacks.</summary>
    /// <param name="destination">Destination of the tables.</param>
    /// <param name="subject">What a person calls it, e.g. <c>destination "shop"</c>.</param>
    /// <param name="tables">The tables of the run.</param>
    /// <param name="isBackedUp">Whether a backup of them comes first.</param>
    public static IEnumerable<Problem> Missing(
        IDestination destination, string subject, IReadOnlyList<TablePlan> tables, bool isBackedUp)
    {
        if (destination is not IUndoing && tables.Any(table => table.UndoRuns > 0)) yield return NoUndo(subject) with { Hint = "Set undo_runs: 0." };
        if (destination is not IOutbox && tables.Any(table => table.WriteBack is not null))
        {
            yield return new Problem(
                "destination.no_outbox", subject, "It cannot keep values on their way back to the source.", "Take write_back out of the streams.");
        }

        if (destination is not IComparing && tables.Any(table => table.Staging == Staging.Compared))
        {
            yield return new Problem(
                "destination.no_compare", subject, "It cannot compare what was read with the rows it has before they are live.",
                "Run it without a dry run, a scan of the keys or a saved plan.");
        }

        if (isBackedUp && destination is not IBackedUp) yield return NoBackup(subject) with { Hint = "Replace the rows without a backup." };
        foreach (var table in tables.Where(table => System.Text.Encoding.UTF8.GetByteCount(table.Table) > destination.Limits.MaxNameBytes))
        {
            yield return new Problem(
                "table.invalid_name", subject, $"The name {table.Table} has more than {destination.Limits.MaxNameBytes} bytes.",
                "Give the table another with the setting table.");
        }
    }

    /// <summary>The destination as one that can take runs back.</summary>
    /// <exception cref="TidemarkException"><c>destination.no_undo</c> (usage).</exception>
    public static IUndoing Undoing(this IDestination destination) => destination as IUndoing ?? throw Lacks(NoUndo("destination"));

    /// <summary>The destination as one whose tables can be backed up and restored.</summary>
    /// <exception cref="TidemarkException"><c>destination.no_backup</c> (usage).</exception>
    public static IBackedUp BackedUp(this IDestination destination) => destination as IBackedUp ?? throw Lacks(NoBackup("destination"));

    private static Problem NoUndo(string subject) =>
        new("destination.no_undo", subject, "The destination keeps no rows as they were, so no run can be taken back.");

    private static Problem NoBackup(string subject) =>
        new("destination.no_backup", subject, "The destination cannot be backed up or restored.");

    private static TidemarkException Lacks(Problem problem) => new(FailureKind.Usage, problem.Code, problem.Message)
    {
        Hint = "Use the database's own means.",
    };
}
