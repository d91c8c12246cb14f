using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>A row that should have been deleted and could not be.</summary>
/// <param name="Key">Its key as text, the parts of a compound key as a JSON array.</param>
/// <param name="Reason">Code and message for the quarantine.</param>
public sealed record KeptRow(string Key, Problem Reason);
