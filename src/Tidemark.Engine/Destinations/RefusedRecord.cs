using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>A staged record that the live table refused.</summary>
/// <param name="Payload">The record as JSON.</param>
/// <param name="Hash">Its content hash, to take it out of the expected checksum.</param>
/// <param name="Reason">Code and message for the quarantine.</param>
public sealed record RefusedRecord(string Payload, long Hash, Problem Reason);
