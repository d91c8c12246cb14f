using Tidemark.Engine.Backup;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>
/// What a refresh does beyond a replace: it begins with a verified backup, and it tells the clearing of the old rows as
/// a step of its own, though that is one transaction with the publishing of the new ones.
/// </summary>
internal sealed class RefreshSteps(BackupPlan backup, RunJournal journal, TimeProvider clock)
{
    public RefreshFigures Figures { get; private set; } = new();

    /// <summary>Makes the backup. Nothing has been read or written when it fails.</summary>
    /// <param name="destination">Where the tables are.</param>
    /// <param name="problems">Receives why a copy of it could not be sent away; it is good all the same.</param>
    /// <param name="cancellationToken">Nothing is left of the backup then.</param>
    public async Task BackUpAsync(
        IDestination destination, List<Problem> problems, CancellationToken cancellationToken)
    {
        await journal.StepAsync("backup", null, StepStatus.Running, null, cancellationToken);
        try
        {
            var created = await new BackupWriter(clock).CreateAsync(backup with { Run = journal.Run }, destination, cancellationToken);
            if (created is not { File: var file })
            {
                await journal.StepAsync("backup", null, StepStatus.Skipped, "There is nothing to back up yet.", cancellationToken);
                return;
            }

            if (created.Upload?.Problem is { } notSent) problems.Add(notSent);
            var manifest = file.Manifest;
            Figures = new RefreshFigures
            {
                Backup = new(file.Name, file.Path, manifest.Timestamp, manifest.Rows, manifest.Bytes),
            };
            await journal.StepAsync("backup", null, StepStatus.Done, $"{manifest.Rows} rows in {file.Path}, verified.", cancellationToken);
        }
        catch (TidemarkException failure)
        {
            await journal.StepAsync("backup", null, StepStatus.Failed, failure.Message, cancellationToken);
            throw;
        }
    }

    /// <summary>Notes what the publishing cleared.</summary>
    /// <param name="before">What was live before.</param>
    /// <param name="published">What is now.</param>
    public async Task ClearedAsync(IEnumerable<PublishPreview> before, IEnumerable<PublishResult> published)
    {
        Figures = Figures with
        {
            Cleared = before.Sum(table => table.LiveRows),
            Inserted = published.Sum(table => table.Created + table.Updated + table.Unchanged),
        };
        await journal.StepAsync(
            "clear", null, StepStatus.Done, $"{Figures.Cleared} rows cleared, 0 remain.", CancellationToken.None);
    }
}
