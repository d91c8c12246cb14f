namespace Tidemark.Server.Compat;

/// <summary>Marks an address of an earlier tool.</summary>
internal sealed record OldAddress;
