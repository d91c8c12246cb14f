using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline;

/// <summary>
/// The step of a run that gives values back to the source, once the rows are durable and read back. What the source does
/// not confirm stays in the outbox for the next run.
/// </summary>
internal sealed class WriteBackStep(SyncPlan plan, RunJournal journal)
{
    private const string Name = "write back";

    // What a problem names of the records that are left; the log has more of them.
    private const int NamedRecords = 5;
    private const int LoggedRecords = 100;

    public async Task RunAsync(
        IReadOnlyList<StreamLedger> ledgers, List<Problem> problems, CancellationToken cancellationToken)
    {
        foreach (var (table, ledger) in plan.Tables.Zip(ledgers).Where(pair => pair.First.WriteBack is not null))
        {
            if (ledger.Figures.Receipt is not { IsVerified: true })
            {
                await journal.StepAsync(
                    Name, ledger.Stream, StepStatus.Skipped, "The rows of this run are not proven.", cancellationToken);
            }
            else if (!await GiveBackAsync(table.Stream.Name, ledger, problems, cancellationToken)) return;
        }
    }

    /// <returns>False where the source does not take anything more for now.</returns>
    private async Task<bool> GiveBackAsync(
        string stream, StreamLedger ledger, List<Problem> problems, CancellationToken cancellationToken)
    {
        await journal.StepAsync(Name, stream, StepStatus.Running, null, cancellationToken);
        var left = new List<string>();
        var (leftCount, after) = (0L, "");
        TidemarkException? failure = null;
        var outbox = (IOutbox)plan.Destination; // the plan was checked for it
        try
        {
            while (await outbox.ReadAsync(plan.Pipeline, stream, after, cancellationToken) is { Count: > 0 } entries)
            {
                var settled = await SendAsync(stream, entries, cancellationToken);
                var open = settled.Where(each => each.Answer.Outcome != WriteBackOutcome.Done).ToList();
                ledger.WroteBack(settled.Count - open.Count);
                // What the source has answered is noted, whoever wants the run to stop.
                await outbox.SettleAsync(plan.Pipeline, stream, settled, CancellationToken.None);
                leftCount += open.Count;
                left.AddRange(open.Take(LoggedRecords - left.Count).Select(Told));
                after = entries[^1].Key;
            }
        }
        catch (TidemarkException stopped)
        {
            failure = stopped;
        }

        foreach (var record in left)
            await journal.LogAsync(RunLogLevel.Warning, stream, $"Not written back: {record}", CancellationToken.None);
        if (leftCount > 0)
        {
            problems.Add(new("write_back.failed", stream,
                string.Create(CultureInfo.InvariantCulture,
                    $"{leftCount} records of {stream} could not be written back: {string.Join(" ", left.Take(NamedRecords))}"),
                "The next run tries them again; the log of this run lists the first hundred."));
        }

        if (failure is not null)
        {
            problems.Add(new("write_back.interrupted", stream,
                $"The write-back of {stream} was broken off ({failure.Code}): {failure.Message}",
                failure.Hint ?? "The next run resumes it.")
            { Next = failure.Next });
        }

        await journal.StepAsync(
            Name, stream, failure is null && leftCount == 0 ? StepStatus.Done : StepStatus.Failed,
            string.Create(CultureInfo.InvariantCulture, $"{ledger.Figures.WrittenBack} records"), CancellationToken.None);
        return failure is null;
    }

    private async Task<IReadOnlyList<SettledEntry>> SendAsync(
        string stream, IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        var answers = await ((IWriteBack)plan.Source).WriteBackAsync(
            stream, [.. entries.Select(entry => new WriteBackUpdate(entry.Key, entry.Values))], cancellationToken);
        var byKey = answers.ToDictionary(answer => answer.Key, StringComparer.Ordinal);
        return [.. entries.Select(entry =>
            new SettledEntry(entry, byKey.GetValueOrDefault(entry.Key) ?? WriteBackAnswer.Unanswered(entry.Key)))];
    }

    private static string Told(SettledEntry settled) =>
        $"{settled.Entry.Key}: {settled.Answer.Code} ({settled.Answer.Message.TrimEnd('.')}).";
}
