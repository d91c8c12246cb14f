namespace Tidemark.Sandbox;

public sealed record SandboxOptions
{
    /// <summary>Customers at each vendor; the other streams are in proportion. Default 500, at least 1.</summary>
    public int Size { get; init; } = 500;

    /// <summary>The same seed gives the same records; only their times follow the day of the start.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>
    /// Port of the control; each vendor has the one at its own distance behind it, e.g. Stripe 8101. 0 takes any free
    /// ports. Default 8100.
    /// </summary>
    public int Port { get; init; } = 8100;

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
