namespace Tidemark.Engine.Destinations;

/// <summary>Values of one record that are still to be written back.</summary>
/// <param name="Key">The record's, as text.</param>
/// <param name="Run">The run that wrote the row; a later run's entry takes the place of this one.</param>
/// <param name="Values">The source's field to its value.</param>
public sealed record OutboxEntry(string Key, string Run, IReadOnlyDictionary<string, string> Values);
