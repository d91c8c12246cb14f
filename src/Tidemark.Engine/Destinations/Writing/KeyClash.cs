namespace Tidemark.Engine.Destinations.Writing;

/// <summary>Two keys that differ and are one to a store.</summary>
/// <param name="Row">Number of the row in the batch.</param>
/// <param name="Other">The other key, as text.</param>
/// <param name="Earlier">Number of the earlier row that has it; null where it is one of the store's.</param>
public readonly record struct KeyClash(int Row, string Other, int? Earlier);
