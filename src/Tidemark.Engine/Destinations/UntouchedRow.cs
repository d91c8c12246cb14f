namespace Tidemark.Engine.Destinations;

/// <summary>A row that an undo did not touch.</summary>
/// <param name="Key">Its key, as text.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record UntouchedRow(string Key, string Reason);
