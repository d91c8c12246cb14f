using System.Text.Json.Nodes;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline.Quarantining;

/// <summary>What publishing a staging does to the quarantine: what is refused goes in, what was not met again goes out.</summary>
internal sealed class PublishQuarantine(RunJournal journal, IReadOnlyList<StreamLedger> ledgers)
{
    public StreamLedger LedgerOf(PublishResult published) => ledgers.First(ledger => ledger.Table == published.Table);

    /// <summary>Called while the publish can still be undone.</summary>
    /// <exception cref="Errors.TidemarkException"><c>quarantine.too_many</c>, and nothing is published.</exception>
    public async Task BeforeAsync(PublishResult published, CancellationToken cancellationToken)
    {
        var ledger = LedgerOf(published);
        var quarantine = journal.QuarantineOf(ledger.Stream);
        await quarantine.AddAsync(
            [.. published.Refused.Select(refused => Refused(ledger, refused)), .. published.Kept.Select(kept => Kept(ledger, kept))], cancellationToken);
        if (ledger.TooManyQuarantined(isEnd: true, published.Refused.Count + published.Kept.Count) is { } tooMany) throw tooMany;
        // In two steps, since two databases do not commit together: after a crash in between, entries are still in sight,
        // but none of them can overwrite what was published.
        if (ledger is { Mode: WriteMode.Replace, KeysOnly: false }) await quarantine.RetireUnmetAsync(ledger.Load!.Checkpoint!.StartedAt, cancellationToken);
    }

    /// <summary>Called once it is live.</summary>
    public Task AfterAsync(PublishResult published)
    {
        var ledger = LedgerOf(published);
        // A merge that was planned has not read everything: what it did not meet stays.
        return journal.QuarantineOf(ledger.Stream)
            .SettlePublishedAsync(isComplete: ledger.Mode == WriteMode.Replace, CancellationToken.None);
    }

    /// <summary>Written again, the record that is gone would come back: only a reading that finds it gone once more settles this.</summary>
    private static QuarantinedRecord Kept(StreamLedger ledger, KeptRow kept) =>
        new(ledger.Stream, new JsonObject { ["key"] = kept.Key }.ToJsonString(), kept.Reason) { Key = kept.Key, CanRetry = false };

    private static QuarantinedRecord Refused(StreamLedger ledger, RefusedRecord refused)
    {
        var record = new QuarantinedRecord(ledger.Stream, refused.Payload, refused.Reason);
        if (!ledger.KeepsRaw) return record with { CanRetry = false };
        var stream = ledger.Load!.Stream;
        var batch = new RowBatch(stream);
        var mapped = new RecordMapper(stream, reportsNewFields: false, keepsRaw: true)
            .Map(System.Text.Encoding.UTF8.GetBytes(refused.Payload), isDeletion: false, batch);
        return mapped.IsAdded ? record with { Key = batch.KeyText(0), Reason = RefusedValues.In(refused.Reason, batch, 0) } : record with { CanRetry = false };
    }
}
