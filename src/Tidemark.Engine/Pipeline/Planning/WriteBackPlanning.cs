using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline.Planning;

/// <summary>Says before anything is read whether what a pipeline wants written back can be.</summary>
internal sealed class WriteBackPlanning(ISource source, List<Problem> problems)
{
    /// <summary>What speaks against it without asking anybody: code <c>write_back.not_possible</c>.</summary>
    public void Check(IReadOnlyList<TablePlan> tables)
    {
        foreach (var table in tables.Where(table => table.WriteBack is not null))
        {
            if (source is not IWriteBack) Report(table, "Its source takes no values back.", "Take write_back out of the stream.");
            if (table.Stream.Key.Count != 1) Report(table, "Its records have no single key to be found by.", null);
            if (TextTemplate.Mistake(table.Stream, table.WriteBack!.Set.Values.SelectMany(TextTemplate.Names)) is { } mistake)
                Report(table, mistake, "A value may hold {column} for the text columns of its table.");
        }
    }

    /// <summary>Asks the source, and returns the tables whose records it may no longer give once they are written back to.</summary>
    public async Task<IReadOnlyList<TablePlan>> AskAsync(IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken)
    {
        var losing = new List<TablePlan>();
        foreach (var table in tables)
        {
            if (table.WriteBack is { } wanted && source is IWriteBack taker && await AskAsync(taker, table, wanted, cancellationToken))
                losing.Add(table);
        }

        return losing;
    }

    private async Task<bool> AskAsync(IWriteBack taker, TablePlan table, WriteBack wanted, CancellationToken cancellationToken)
    {
        try
        {
            var check = await taker.CheckWriteBackAsync(table.Stream.Name, [.. wanted.Set.Keys], cancellationToken);
            problems.AddRange(check.Problems);
            return check.TakesOut;
        }
        catch (TidemarkException failure)
        {
            problems.Add(Problem.From(failure, Subject(table)));
            return false;
        }
    }

    private void Report(TablePlan table, string message, string? hint) =>
        problems.Add(new("write_back.not_possible", Subject(table), message, hint));

    private static string Subject(TablePlan table) => $"stream \"{table.Stream.Name}\"";
}
