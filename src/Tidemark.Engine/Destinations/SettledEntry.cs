using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations;

/// <summary>What became of an entry.</summary>
/// <param name="Entry">As it was read.</param>
/// <param name="Answer">The source's.</param>
public sealed record SettledEntry(OutboxEntry Entry, WriteBackAnswer Answer);
