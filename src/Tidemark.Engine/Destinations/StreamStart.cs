using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations;

/// <summary>What a run finds of a stream when it begins to write it.</summary>
/// <param name="Checkpoint">What an earlier run left to resume; null at the first run.</param>
/// <param name="Before">Where the live rows stood, whatever is resumed; null where nothing is known of them.</param>
/// <param name="HasLive">Whether there was a live table.</param>
/// <param name="Room">Columns that the table can still take.</param>
public sealed record StreamStart(Checkpoint? Checkpoint, Cursor? Before, bool HasLive, int Room);
