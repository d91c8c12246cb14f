using Tidemark.Engine.Destinations;

namespace Tidemark.Tests.Destinations.Shelves;

/// <summary>What a shelf holds of a record.</summary>
/// <param name="Record">The record as it was read; null where only its key is known.</param>
/// <param name="Hash">Its hash; null where it could not be written.</param>
/// <param name="Run">The run that wrote it.</param>
/// <param name="Operation">In a staging: 1 it differs, 0 it does not, -1 it is to be deleted.</param>
public sealed record ShelfRow(string? Record, long? Hash, string Run, int Operation);

/// <summary>A database of documents in memory, which outlives the destinations that write it.</summary>
public sealed class Shelf
{
    public Dictionary<string, Dictionary<string, ShelfRow>> Live { get; } = [];

    public Dictionary<string, Dictionary<string, ShelfRow>> Staged { get; } = [];

    public Dictionary<(string Stream, Staging Staging), Checkpoint> Checkpoints { get; } = [];

    public Dictionary<string, string> Owners { get; } = [];

    public Dictionary<string, string[]> Columns { get; } = [];

    /// <summary>Stagings that are to become live, recorded before the first of them does.</summary>
    public List<(string Table, string Stream)> Intents { get; } = [];

    /// <summary>Thrown before this table becomes live, as a crash would come.</summary>
    public string? CrashBefore { get; set; }

    /// <summary>Carries recorded intents out; a run that was killed in between is finished so by the next one.</summary>
    public void Finish()
    {
        while (Intents is [var (table, stream), ..])
        {
            if (CrashBefore == table) throw new InvalidOperationException("Killed.");
            var live = Live.TryGetValue(table, out var there) ? there : Live[table] = [];
            var staged = Staged[table];
            foreach (var gone in live.Keys.Where(key => !staged.ContainsKey(key)).ToList()) live.Remove(gone);
            foreach (var (key, row) in staged.Where(row => row.Value.Operation == 1)) live[key] = row;
            Checkpoints[(stream, Staging.None)] = Checkpoints[(stream, Staging.Resumable)] with { Staged = StagedCounts.None };
            Checkpoints.Remove((stream, Staging.Resumable));
            Staged.Remove(table);
            Intents.RemoveAt(0);
        }
    }
}
