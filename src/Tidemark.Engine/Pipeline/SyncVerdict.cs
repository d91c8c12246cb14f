using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>What a run that came to its end may be called. Only what is proven is called succeeded.</summary>
internal static class SyncVerdict
{
    /// <param name="ledgers">One ledger per stream.</param>
    /// <param name="problems">Receives the reasons why the run did not succeed.</param>
    public static RunStatus Of(IReadOnlyList<StreamLedger> ledgers, List<Problem> problems)
    {
        if (ledgers.Any(ledger => ledger.NeedsApproval)) return RunStatus.Parked;
        var figures = ledgers.Select(ledger => ledger.Figures).ToList();
        if (figures.Any(stream => stream.Error is not null))
        {
            // Merged rows are live; a staging is not, once one of its streams failed.
            return ledgers.Any(ledger => ledger is { IsStaged: false, HasFailed: false }) || figures.Any(HasWritten)
                ? RunStatus.Partial : RunStatus.Failed;
        }

        foreach (var stream in figures) problems.AddRange(Problems(stream));
        foreach (var ledger in ledgers.Where(ledger => ledger.StillWaiting > 0))
        {
            problems.Add(new("run.quarantined", ledger.Stream,
                $"{ledger.StillWaiting} records of {ledger.Stream} are in quarantine since an earlier run, and no merge can try them again: their rows may be old.",
                "They leave it when the source gives them anew: read everything.")
            {
                Next = new(NextAct.ListQuarantine),
            });
        }

        return problems.Count == 0 ? RunStatus.Succeeded : RunStatus.Partial;
    }

    private static IEnumerable<Problem> Problems(StreamFigures stream)
    {
        if (!stream.IsAccountedFor)
        {
            yield return new("receipt.not_accounted_for", stream.Stream,
                $"{stream.Read} records were read, but {stream.AccountedFor} are accounted for.");
        }

        if (stream.Receipt is not { IsVerified: true })
        {
            yield return new("receipt.does_not_fit", stream.Stream,
                $"{stream.Receipt?.Expected.Rows} rows were read, but {stream.Receipt?.Found.Rows} rows with this content are in {stream.Table}.",
                "Something else writes to this table, or a trigger changes rows; read everything again.")
            {
                Next = new(NextAct.ReadEverything),
            };
        }

        if (stream.Quarantined > 0)
        {
            yield return new("run.quarantined", stream.Stream,
                stream.Quarantined == 1 ? $"One record of {stream.Stream} could not be written and is in quarantine."
                    : $"{stream.Quarantined} records of {stream.Stream} could not be written and are in quarantine.");
        }
    }

    private static bool HasWritten(StreamFigures stream) => stream.Created + stream.Updated + stream.Deleted > 0;
}
