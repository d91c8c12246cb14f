namespace Tidemark.Engine.Destinations;

/// <summary>
/// A destination that keeps values on their way back to the source. Entries are committed with the rows that they speak
/// of, and stay until the source has confirmed them.
/// </summary>
public interface IOutbox
{
    /// <summary>
    /// Values of a pipeline's stream that are still to be written back, of any run: up to 100 entries, in the order of their
    /// keys, after a key.
    /// </summary>
    Task<IReadOnlyList<OutboxEntry>> ReadAsync(string pipeline, string stream, string after, CancellationToken cancellationToken);

    /// <summary>Removes entries that the source has confirmed, and keeps the others with the reason.</summary>
    /// <returns>How many entries it removed.</returns>
    Task<int> SettleAsync(
        string pipeline, string stream, IReadOnlyList<SettledEntry> settled, CancellationToken cancellationToken);
}
