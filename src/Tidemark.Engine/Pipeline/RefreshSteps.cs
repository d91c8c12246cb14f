using Tidemark.Engine.Backup;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>
/// What a refresh does beyond a replace: it begins with a verified backup, and it reports the clearing of the old rows as
/// a step of its own, though that is one transaction with the publishing of the new ones.
/// </summary>
internal sealed class RefreshSteps(BackupPlan backup, RunContext run, TimeProvider clock)
{
    private readonly RunJournal _journal = run.Journal;

    /// <summary>Makes the backup. Nothing has been read or written when it fails.</summary>
    /// <param name="destination">The destination of the tables.</param>
    public async Task BackUpAsync(IDestination destination)
    {
        run.Refresh = new();
        await _journal.StepAsync("backup", null, StepStatus.Running, null, run.Stop);
        try
        {
            var created = await new BackupWriter(clock).CreateAsync(backup with { Run = _journal.Run }, destination, run.Stop);
            if (created is not { File: var file })
            {
                await _journal.StepAsync("backup", null, StepStatus.Skipped, "There is nothing to back up yet.", run.Stop);
                return;
            }

            // The backup is good all the same where a copy of it could not be sent away.
            if (created.Upload?.Problem is { } notSent) run.Problems.Add(notSent);
            var manifest = file.Manifest;
            run.Refresh = new() { Backup = new(file.Name, file.Path, manifest.Timestamp, manifest.Rows, manifest.Bytes) };
            await _journal.StepAsync("backup", null, StepStatus.Done, $"{manifest.Rows} rows in {file.Path}, verified.", run.Stop);
        }
        catch (TidemarkException failure)
        {
            await _journal.StepAsync("backup", null, StepStatus.Failed, failure.Message, run.Stop);
            throw;
        }
    }

    /// <summary>Notes what the publishing cleared.</summary>
    /// <param name="before">The tables before it.</param>
    /// <param name="published">The tables after it.</param>
    public Task ClearedAsync(IEnumerable<PublishPreview> before, IEnumerable<PublishResult> published)
    {
        var cleared = before.Sum(table => table.LiveRows);
        run.Refresh = run.Refresh! with
        {
            Cleared = cleared,
            Inserted = published.Sum(table => table.Created + table.Updated + table.Unchanged),
        };
        return _journal.StepAsync("clear", null, StepStatus.Done, $"{cleared} rows cleared, 0 remain.", CancellationToken.None);
    }
}
