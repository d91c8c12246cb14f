using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>One run's writing. Disposing without publishing leaves live tables as they were and staged rows to resume.</summary>
public interface ILoad : IAsyncDisposable
{
    /// <summary>
    /// Columns that the pipeline's earlier runs filled, whether or not they can be undone; empty where nothing is known of
    /// them. Columns that were inferred from records and are still there are left out: they follow the records.
    /// </summary>
    Task<IReadOnlyList<string>> EarlierColumnsAsync(TablePlan table, CancellationToken cancellationToken);

    /// <summary>Makes a stream ready for writing. Streams are written at the same time, each by one writer.</summary>
    /// <exception cref="TidemarkException"><c>destination.in_use</c>: another run writes this stream.</exception>
    Task<IStreamLoad> OpenAsync(TablePlan table, CancellationToken cancellationToken);

    /// <summary>What publishing would change, per staged table. Changes nothing.</summary>
    Task<IReadOnlyList<PublishPreview>> PreviewAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes all staged streams live, all or none, also after a crash; whether readers may see some before the others,
    /// <see cref="DestinationLimits.Publishing"/> says. Streams that were merged are live already and are left out.
    /// </summary>
    /// <param name="beforeCommit">Called with a table's outcome before the commit, so that refused records reach quarantine
    /// first. Throwing rolls back.</param>
    /// <param name="cancellationToken">Cancels before the commit; not during it.</param>
    Task<IReadOnlyList<PublishResult>> PublishAsync(
        Func<PublishResult, Task> beforeCommit, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps the stagings for a run that approves this one. No other run resumes them: what somebody has looked at is
    /// published, or everything is read anew.
    /// </summary>
    Task ParkAsync(CancellationToken cancellationToken);
}
