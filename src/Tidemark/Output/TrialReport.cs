using Spectre.Console;
using Tidemark.Engine.Wire;

namespace Tidemark.Output;

/// <summary>What an undo or a restore would come to, as people read it.</summary>
internal static class TrialReport
{
    private const int ShownRows = 5;

    public static void Write(IAnsiConsole console, UndoTrialAnswer trial)
    {
        var table = Tables(trial.Tables, each => each.Table);
        Add("to delete", each => each.Deleted);
        Add("to bring back", each => each.Created);
        Add("to set back", each => each.Updated);
        Add("to leave", each => each.Untouched);
        table.Write(console);
        foreach (var each in trial.Tables)
        {
            foreach (var row in each.UntouchedRows.Take(ShownRows))
                console.WriteParagraph(Printable.Of($"  {each.Table} {row.Key}: stays as it is. {row.Reason}"));
            if (each.Untouched > ShownRows) console.WriteParagraph($"  and {RunReport.Number(each.Untouched - Math.Min(ShownRows, each.UntouchedRows.Count))} more stay as they are");
            foreach (var cascade in each.Cascades ?? []) console.WriteParagraph(Printable.Of($"  {cascade.ToCascade().Describe(each.Table)} This does not come back."));
        }

        foreach (var unseen in trial.Tables.Where(each => !each.SeesChanges))
            console.WriteParagraph(Printable.Of($"  {unseen.Stream}: its records are not kept (raw: false), so changes by hand since then are not seen, and are overwritten."));
        if (trial.WrittenBack is > 0 and var sent)
            console.WriteParagraph($"  The source keeps what was written back to {RunReport.Number(sent)} of its records.");

        void Add(string name, Func<UndoneTableAnswer, long> value) =>
            table.Add(name, trial.Tables.Select(each => RunReport.Number(value(each))), isNumber: true);
    }

    public static void Write(IAnsiConsole console, RestoreTrialAnswer trial)
    {
        var table = Tables(trial.Tables, each => each.Table);
        Add("in backup", each => each.TotalInBackup, rank: 1);
        Add("to bring back", each => each.Created);
        Add("to overwrite", each => each.Overwritten);
        Add("to leave", each => each.Skipped);
        Add("to delete", each => each.Deleted);
        table.Write(console);
        foreach (var each in trial.Tables) PlanReport.WriteCascades(console, each.Table, [.. (each.Cascades ?? []).Select(cascade => cascade.ToCascade())]);

        void Add(string name, Func<RestoredTableAnswer, long> value, int rank = 0) =>
            table.Add(name, trial.Tables.Select(each => RunReport.Number(value(each))), isNumber: true, rank);
    }

    private static FittingTable Tables<T>(IReadOnlyList<T> tables, Func<T, string> name)
    {
        var table = new FittingTable();
        table.Add("table", tables.Select(name));
        return table;
    }
}
